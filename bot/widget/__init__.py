"""The chat element and the page that serves it.

`safety-chat.js`  the element; `define.js` registers it; each other module is one behaviour
`strings.py`      every word of the interface, from `data/widget/<language>.yml`
`bundle.py`       modules, styles and English words as one file with one integrity hash
`help_data.py`    emergency number and helplines of a country, for the strip and the card without a connection
`server.py`       pages for parents and children, the bundle, strict security headers
"""
