"""Two hundred hostile strings as own words, as replies and as attributes: shown as text, never run."""

from __future__ import annotations

import itertools

CORES = [
    "alert(1)", "window.hit=1", "top.hit=1", "fetch('//x.invalid')",
]  # fmt: skip
SHAPES = [
    "<script>{0}</script>", "<img src=x onerror={0}>", "<svg onload={0}>", "<svg><script>{0}</script></svg>",
    "<iframe srcdoc='<script>{0}</script>'>", "<a href='javascript:{0}'>x</a>", "[x](javascript:{0})",
    "[x](JaVaScRiPt:{0})", "[x](data:text/html,<script>{0}</script>)", "[x](https://a.invalid/\"onclick=\"{0})",
    "[x](tel:1\"onfocus=\"{0})", "[x](sms:1'onfocus='{0})", "**<b onmouseover={0}>x</b>**", "**[x](javascript:{0})**",
    "• <img src=x onerror={0}>", "**A**: y [call](javascript:{0}) · free", "**<img src=x onerror={0}>**: [1](tel:1)",
    "https://a.invalid/<script>{0}</script>", "\"><img src=x onerror={0}>", "'-{0}-'", "${{{0}}}", "{{{{{0}}}}}",
    "</textarea><script>{0}</script>", "</style><script>{0}</script>", "<math><mi xlink:href='javascript:{0}'>",
    "<details open ontoggle={0}>", "<input autofocus onfocus={0}>", "<body onload={0}>", "<style>@import'//x.invalid'</style>{0}",
    "<object data='javascript:{0}'>", "<embed src='javascript:{0}'>", "<form action='javascript:{0}'><button>",
    "<link rel=stylesheet href='//x.invalid'>{0}", "<base href='//x.invalid'>{0}", "<meta http-equiv=refresh content='0;url=javascript:{0}'>",
    "[x](vbscript:{0})", "[x](https:javascript:{0})", "[x]( javascript:{0})", "[x](java\tscript:{0})", "\u202e<script>{0}</script>",
    "<video><source onerror={0}>", "<audio src=x onerror={0}>", "<marquee onstart={0}>", "<x contenteditable onblur={0}>",
    "<svg><animate onbegin={0} attributeName=x>", "<noscript><p title='</noscript><img src=x onerror={0}>'>",
    "<template><script>{0}</script></template>", "<!--><script>{0}</script>-->", "<![CDATA[<script>{0}</script>]]>", "&lt;script&gt;{0}&lt;/script&gt;",
]  # fmt: skip
PAYLOADS = [shape.format(core) for shape, core in itertools.product(SHAPES, CORES)]
LISTEN = "window.hit = 0; window.alert = () => { window.hit = 1; };"
FOREIGN = """() => {
  const root = document.querySelector('safety-chat').shadowRoot;
  const nodes = [...root.querySelectorAll('script, img, svg, iframe, object, embed, base, meta, math, video, audio, style, form')];
  return {
    nodes: nodes.filter(node => !node.matches('.composer')).map(node => node.tagName),
    handlers: [...root.querySelectorAll('*')].filter(node => [...node.attributes].some(a => a.name.startsWith('on'))).length,
    links: [...root.querySelectorAll('a')].map(a => a.href).filter(href => !/^(tel:|sms:|https:)/.test(href)),
    hit: window.hit,
  };
}"""
CLEAN = {"nodes": [], "handlers": 0, "links": [], "hit": 0}


def test_there_are_two_hundred_payloads():
    assert len(set(PAYLOADS)) == 200


def test_own_words_and_replies_are_shown_as_text(open_page, chat):
    chat.answer = lambda message: [
        {
            "text": payload,
            "language": payload,
            "card_level": payload,
            "response": payload,
            "buttons": [{"title": payload, "payload": payload}],
            "cards": [{"name": payload, "phone": payload, "tel": "javascript:hit=1", "chat": payload}],
        }
        for payload in (PAYLOADS if message["text"] == "/start" else [message["text"]])
    ]
    page = open_page(before=LISTEN, with_={"reduced_motion": "reduce"})
    page.wait_for_function(
        f"() => document.querySelector('safety-chat').shadowRoot.querySelectorAll('.turn.bot').length >= {len(PAYLOADS)}"
    )
    page.evaluate("texts => { for (const text of texts) document.querySelector('safety-chat').send(text); }", PAYLOADS)
    own = "[...document.querySelector('safety-chat').shadowRoot.querySelectorAll('.own .bubble')]"
    page.wait_for_function(
        f"() => document.querySelector('safety-chat').shadowRoot.querySelectorAll('.turn.bot').length >= {2 * len(PAYLOADS)}",
        timeout=30_000,
    )
    assert page.evaluate(f"() => {own}.map(node => node.textContent)") == [payload.strip() for payload in PAYLOADS]
    assert page.evaluate(FOREIGN) == CLEAN
    assert not any("x.invalid" in url for url in page.asked)


def test_attributes_are_inert(open_page):
    page = open_page(before=LISTEN)
    page.get_by_text("B /start").wait_for()
    page.evaluate(
        """async payloads => {
        for (const payload of payloads) for (const name of ['country', 'audience', 'lang', 'exit-to', 'mode', 'theme', 'server'])
          document.querySelector('safety-chat').setAttribute(name, payload); }""",
        PAYLOADS,
    )
    page.evaluate(
        """payloads => { for (const server of payloads.slice(0, 20)) {
        const chat = document.createElement('safety-chat'); chat.setAttribute('server', server); document.body.append(chat); chat.remove(); } }""",
        PAYLOADS,
    )
    page.wait_for_timeout(200)
    assert page.evaluate(FOREIGN) == CLEAN
    assert not any("x.invalid" in url for url in page.asked)
