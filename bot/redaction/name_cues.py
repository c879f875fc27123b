# ruff: noqa: E501 - an expression is easier to check on one line
"""The words around a name: what introduces one, what follows one, and how other languages say "my name is"."""

from __future__ import annotations

from typing import FrozenSet, Tuple

import regex

from bot.redaction.lexicon import word_set

#: Word sequences right before a name; longest first. The flag says whether even a dictionary word counts then.
INTRODUCTIONS: Tuple[Tuple[Tuple[str, ...], bool], ...] = (
    (("my", "real", "name", "is"), True),
    (("my", "full", "name", "is"), True),
    (("my", "name", "is"), True),
    (("my", "names"), True),
    (("my", "name's"), True),
    (("his", "name", "is"), True),
    (("her", "name", "is"), True),
    (("their", "name", "is"), True),
    (("name", "is"), True),
    (("name", "was"), True),
    (("his", "names"), True),
    (("her", "names"), True),
    (("name's",), True),
    (("full", "name"), False),
    (("named",), False),
    (("nicknamed",), False),
    (("nickname", "is"), True),
    (("known", "as"), False),
    (("goes", "by"), True),
    (("go", "by"), True),
    (("called",), False),
    (("call", "me"), False),
    (("calls", "me"), False),
    (("call", "him"), False),
    (("call", "her"), False),
    (("aka",), False),
    (("signed",), False),
    (("regards",), False),
    (("it", "is"), False),
    (("it's",), False),
    (("this", "is"), False),
    (("i", "am"), False),
    (("i'm",), False),
    (("im",), False),
    (("dear",), False),
)

#: "My name is quite unusual": what follows "name is" without being one.
NEVER_A_NAME: FrozenSet[str] = word_set(
    "quite unusual weird embarrassing hidden private public important safe secret different long short common rare fake"
    " real gone visible wrong right spelled spelt written taken mud trending attached mentioned known"
)

#: After these a name is likely though nothing is certain: unknown words and given names count.
BEFORE_A_PERSON: FrozenSet[str] = word_set(
    "told tell texted messaged met dated dating asked with and hates hate loves blocked knows hurt touched kissed hit "
    "from by about dm'd dmed trust trusted ask text message hi hey hello thanks love cheers named"
)

CLAUSE_OPENERS: FrozenSet[str] = word_set(
    "basically literally apparently anyway yesterday that because then when if but so since cos cuz bc while after says said think"
)
SPEECH: FrozenSet[str] = word_set(
    "said says told tells keeps kept texted messaged dmed asked hit touched hurt knows wants likes sent threatened blocked"
)
FAREWELLS: FrozenSet[str] = word_set("you thanks thank thx ty love regards cheers bye from sincerely xx x")
BELONGINGS: FrozenSet[str] = word_set(
    "phone house room account mum's email snap insta instagram tiktok discord pics pictures photo photos nudes story birthday"
    " party school class bag laptop ipad bedroom parents family name number address password face body friends place group"
)

BEFORE_A_PLACE: FrozenSet[str] = word_set("in from to of near visit outside for leave left at back around across")
AFTER_A_VERB: FrozenSet[str] = word_set("of it them him her me you for the a my up out to on")

#: Helper verbs that are also names, and the verb forms that follow them as helpers.
HELPERS: FrozenSet[str] = word_set("will may")
BASE_FORMS: FrozenSet[str] = word_set("say tell keep send ask have has be been not never also always probably stop")

#: Given names that are more often a thing, a colour or a verb: a preposition before them is no cue.
NOUN_NAMES: FrozenSet[str] = word_set(
    "cash grey gray faith hope summer autumn mark grace drew art joy miles will may june april august dawn penny melody"
    " harmony destiny chance journey cherry chip dash dusty dot forest fox honor hunt jewel lane maple olive page prince"
    " rain river rocky rose ruby sage star stone storm sunny lucky gift justice wisdom comfort fortune goodness peace"
    " angel candy desire fable ivy holly poppy daisy lily pearl opal sky heather iris basil clay sterling sandy amber"
    " jade violet hazel ginger crystal coral willow fern mercy charity patience prudence constance felicity blessing"
    " precious princess treasure innocent christian rich bill grant wade reed heath gene guy earl duke victor cliff dale"
    " glen lance hunter mason chase buck buddy ace bean bear cooper carter parker porter potter baker turner archer"
    " memory progress sibling talent trust legend lark luna mar marina merry miller nova oak robin rusty pat sue rob"
    " ray frank earnest young woody wolf doc doll chuck stella skip viola sierra phoenix major minor silver queen king"
)

#: Their object is a person.
TOLD: FrozenSet[str] = word_set(
    "told texted messaged met dated dating kissed dmed dm'd blackmailed bullied groomed emailed phoned facetimed"
)

#: A person does these: a word before one of them is likely a name.
AFTER_A_PERSON: FrozenSet[str] = word_set(
    "said says say told tells tell keeps kept keep sent sends send asked asks wants wanted texted texts messaged "
    "messages dmed dms hit hits touched touches touching hurt hurts knows knew thinks thought likes liked lives lived "
    "made makes has had is was isnt isn't wasnt wasn't does did doesnt didnt didn't doesn't goes went got gets came "
    "comes added blocked threatened threatens followed showed shows posted posts called calls gave gives took takes "
    "wont won't cant can't couldnt would could will might should started starts stopped found saw sees left hates "
    "hated loves loved cried cries stole pushed punched kicked kissed forced tried tries promised lied lies replied "
    "ignored reported shared joined invited offered who and's keeps won't hasnt hasn't uses used plays played worked "
    "works been needs needed looks looked feels felt kills killed grabbed grabs screamed shouted followed follows "
    "stalks bullies bullied teases pressured blackmailed blackmails catfished groomed is's wrote writes typed"
)

#: Words that make the next word a thing, never a person.
DETERMINERS: FrozenSet[str] = word_set(
    "the a an this that these those some any no every each another his her their our your its my what which in on"
)

#: Short words that are also a family name's first letter stay.
INITIALS: FrozenSet[str] = frozenset("bcdefghjlmopqstvwz")

#: "My name is …" in other languages and scripts; group `x` is the name.
FOREIGN_INTRODUCTIONS = regex.compile(
    r"(?:\b(?:ich\s+bin\s+(?:der|die)|me\s+llamo|mi\s+nombre\s+es|se\s+llama(?:n)?|nombre\s*:|me\s+dicen"
    r"|je\s+m['’]?\s?appelle|jm['’]?appelle|(?:il|elle)\s+s['’]?appelle|s['’]appelle|mon\s+(?:pr[ée]nom|nom)\s+(?:est|c['’]est)|moi\s+c['’]est"
    r"|ich\s+bin|soy|sono|je\s+suis|c['’]est|jestem|eu\s+sou(?:\s+[ao])?|ik\s+ben|mein\w*\s+freund(?:in)?|mi\s+(?:amig[oa]|prim[oa]|herman[oa]|hij[oa]|novi[oa])|mon\s+(?:ami|oncle|fr[èe]re|fils|cousin)|ma\s+(?:s[œo]eur|fille|copine|cousine|tante)"
    r"|ich\s+hei(?:ß|ss)e|(?:er|sie)\s+hei(?:ß|ss)t|hei(?:ß|ss)t|mein\s+name\s+ist"
    r"|mi\s+chiamo|si\s+chiama|il\s+mio\s+nome\s+[èe]"
    r"|me\s+chamo|meu\s+nome\s+[ée]|chama[\s\-]se|se\s+chama|chamo[\s\-]me"
    r"|ik\s+heet|mijn\s+naam\s+is|(?:hij|zij|ze)\s+heet"
    r"|mam\s+na\s+imi[ęe]|nazywam\s+si[ęe]|ma\s+na\s+imi[ęe]"
    r"|benim\s+ad[ıi]m|ad[ıi]m|ismim|ad[ıi]"
    r"|nama\s+(?:saya|aku|gue|dia)(?:\s+(?:adalah|ialah))?|mera\s+na+m|meri\s+beti\s+ka\s+na+m|uska\s+na+m|naam"
    r"|jina\s+langu\s+ni|anaitwa|naitwa|ang\s+pangalan\s+ko\s+ay|ako\s+si|ako\s+po\s+si|si"
    r"|t[êe]n\s+(?:t[ôo]i|m[ìi]nh|em|con|ch[áa]u)(?:\s+l[àa])?|m[ìi]nh\s+t[êe]n(?:\s+l[àa])?"
    r"|magacaygu\s+waa|orukọ\s+mi\s+ni|oruko\s+mi\s+ni|aham\s+bu|aha\s+m\s+b[ụu]|igama\s+lami\s+ngu|numele\s+meu\s+e(?:ste)?|m[ăa]\s+numesc|a\s+nevem|jmenuji\s+se"
    r"|jag\s+heter|jeg\s+heter|jeg\s+hedder|minun\s+nimeni\s+on|nimeni\s+on)"
    r"|меня\s+зовут|его\s+зовут|е[её]\s+зовут|мо[её]\s+имя|мене\s+звати|мене\s+звуть|казвам\s+се"
    r"|με\s+λένε|το\s+όνομά\s+μου\s+είναι"
    r"|اسمي|إسمي|اسمه|اسمها|اسم\s+من|میرا\s+نام|نام\s+من|मेरा\s+नाम|मेरी\s+बेटी\s+का\s+नाम|उसका\s+नाम|আমার\s+নাম|எனது\s+பெயர்|என்\s+பெயர்|השם\s+שלי|קוראים\s+לי"
    r")\s*:?\s+(?P<x>[^\W\d_][\w'’\-]*(?:\s+(?-i:[\p{Lu}][\w'’\-]+))?)"
    r"|(?:我叫|我的名字是|他叫|她叫|名字叫|我儿子叫|我女儿叫)(?P<x>\p{Han}{2,4}?(?=[\p{P}\s]|今年|我|$)|\p{Han}{2,3})"
    r"|(?:名前は|私は|僕は|俺は)(?P<x>[\p{Han}\p{Hiragana}\p{Katakana}]{1,8}?)(?=です|と|っ|。|、|$)"
    r"|(?:이름은|저는|나는|난)\s*(?P<x>\p{Hangul}{2,4}?)(?=이에요|예요|입니다|이야|야|이고|,|\.|\s|$)"
    r"|(?:ฉันชื่อ|ผมชื่อ|หนูชื่อ|ชื่อ)\s*(?P<x>[\p{Thai}]{2,12})(?=\s|$|[,.])",
    regex.IGNORECASE | regex.V0,
)

#: Beginnings that make a new word of a known one.
PREFIXES: FrozenSet[str] = word_set(
    "cyber anti sub non over under inter super mis dis out pre pro auto web video photo screen self step tele mega ultra"
    " multi micro mini semi counter trans post ante neuro psycho bio geo eco techno meta deep fake un re"
)

#: Words inside a family name.
PARTICLES: FrozenSet[str] = word_set(
    "van von de del della da dos das di du la le el al bin ibn bint ben abu der den ter st mac"
)

#: Only in these, a capital or a known name must follow ("si" is Spanish for "if", "adı" stands in many words).
WEAK_FOREIGN: FrozenSet[str] = frozenset(
    ("si", "adı", "adi", "adım", "adim", "naam", "heißt", "heisst", "ich bin", "soy", "sono", "je suis", "c'est")
    + ("ich bin der", "ich bin die")
    + ("jestem", "eu sou", "eu sou a", "eu sou o", "ik ben", "ako si")
)

#: "mein bruder lukas": relations of other languages; a known name after one needs no capital.
FOREIGN_RELATIONS: FrozenSet[str] = word_set(
    "stiefvater stiefmutter stiefbruder vater mutter bruder schwester onkel tante cousin cousine freund freundin lehrer"
    " lehrerin trainer opa oma nachbar padrastro madrastra padre madre hermano hermana tío tio tía primo prima amigo"
    " amiga novio novia profesor profesora profe entrenador abuelo vecino copain copine frère frere soeur sœur beau-père"
    " père mère oncle ami amie voisin patrigno zio zia fratello sorella amico amica padrasto irmão irmã namorado"
    " ojciec ojczym wujek brat siostra kolega broer zus vriend vriendin stiefvader oom bhaiya didi bhai"
)

#: Of the frequent foreign words that are names or English words as well, those that still mark a foreign message.
FOREIGN_MARKS: FrozenSet[str] = FOREIGN_RELATIONS | word_set("esta estan prof monsieur")
#: "rahul bhaiya": these follow the name.
AFTER_A_NAME_ABROAD: FrozenSet[str] = word_set("bhaiya bhai didi bhabhi sahab aunty uncle abi abla")

#: "grace from maths", "will from my class": what a classmate is from.
FROM_A_CLASS: FrozenSet[str] = word_set(
    "maths math english science history geography pe drama art french spanish music biology chemistry physics school"
    " class year form football netball dance swimming church scouts cubs youth"
)
OUR_GROUPS: FrozenSet[str] = word_set("class school year form team course street bus group club road maths english")
#: "is being mean", "is bullying me": only persons do these.
PERSON_DOINGS: FrozenSet[str] = word_set(
    "bullying messaging texting threatening blackmailing ignoring teasing stalking hitting calling"
)
UNKIND: FrozenSet[str] = word_set("mean horrible nasty rude cruel unkind vile bitchy weird creepy nice kind")
#: After two names: "lily and daisy wont", "mark n will r".
AFTER_TWO: FrozenSet[str] = word_set("wont won't dont don't arent aren't werent weren't r keep kept hate havent haven't")
#: Weather, food and good things: two of them side by side are no friends.
THINGS: FrozenSet[str] = word_set(
    "rain sun storm star sky river stone rocky gift justice peace comfort fortune goodness desire wisdom trust honor"
    " candy cherry ginger honey olive sage basil bean bear coral chip maple cash art forest fox oak ash brook bill"
    " summer autumn dawn may june april august faith hope joy mercy charity patience"
)
#: Dictionary words that are pet names; any other word after "calls me" is as likely an insult, which must stay.
PET_NAMES: FrozenSet[str] = word_set(
    "pickle pickles bubbles peanut pumpkin button buttons cupcake muffin cookie biscuit sprinkles sparkle sparkles bunny"
    " smiley giggles squirt munchkin nugget noodle noodles pebbles pixie dimples twinkle waffles pancake marshmallow"
    " jellybean sprout bumblebee ladybug ladybird smudge scooter bambi tigger sunshine sparky ziggy biscuits crumpet"
)

#: "my name is f r e y a", "its spelt f-r-e-y-a": single letters in a row; group `x` is the name.
SPELLED_OUT = regex.compile(
    r"\b(?:name(?:['’]?s|\s+is|\s+was)?|spel(?:t|led)(?:\s+(?:it|like|as))?)\s*[:=]?\s+"
    r"(?P<x>\p{L}(?:[ .\-_]{1,2}\p{L}){2,})(?!\p{L})",
    regex.IGNORECASE | regex.V0,
)
#: A form: "name: tia".
FORM = regex.compile(
    r"(?<!\w )\b(?:(?:first|last|full|real)\s+)?name\s?[:=]\s*(?P<x>\p{L}[\p{L}'’\-]+)",
    regex.IGNORECASE | regex.V0,
)
