# ruff: noqa: E501 - the JavaScript has lines of its own
"""The columns at hand, below a field for an expression or code: a click puts one's name where the cursor stands."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components.language import _

CSS = """
.chips{display:flex;flex-wrap:wrap;gap:4px;max-height:78px;overflow:auto;font:400 12px var(--st-font)}
button{all:unset;cursor:pointer;padding:1px 7px;border-radius:9px;color:var(--st-text-color);
 background:var(--st-secondary-background-color);border:1px solid var(--st-border-color)}
button:hover,button:focus-visible{border-color:var(--st-primary-color)}
"""
JS = """
export default function({parentElement,data}){
  const root=parentElement.querySelector('#root'),box=document.createElement('div');box.className='chips';
  for(const [name,text] of data.columns){
    const b=document.createElement('button');b.textContent=name;b.title=data.insert.replace('{name}',()=>text);b.setAttribute('aria-label',data.insert.replace('{name}',()=>name));
    b.onmousedown=e=>e.preventDefault();
    b.onclick=()=>{
      const area=document.querySelector(`[class~="${data.field}"] textarea`);if(!area)return;
      const at=area.selectionStart??area.value.length,to=area.selectionEnd??at;
      const set=Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype,'value').set;
      set.call(area,area.value.slice(0,at)+text+area.value.slice(to));
      area.dispatchEvent(new Event('input',{bubbles:true}));area.focus();area.setSelectionRange(at+text.length,at+text.length)};
    box.append(b)}
  root.replaceChildren(box);
}
"""
_QUOTES = {"expression": ('"', '"'), "sql": ('"', '"'), "python": ('table["', '"]')}

_component = st.components.v2.component("sekkei_column_chips", html="<div id='root'></div>", css=CSS, js=JS)


def show(columns: Sequence[str], language: str, *, field: str, key: str) -> None:
    """Draw a chip for each column. ``field``: the CSS class of what holds the text area."""
    if columns:
        pairs = [[c, written(c, language)] for c in columns]
        _component(
            key=key,
            data={"columns": pairs, "field": field, "insert": _("Insert {name}", name="{name}")},
            height="content",
        )


def written(column: str, language: str) -> str:
    """A column's name as ``expression``, ``sql`` (both SQL) or ``python`` has it: quoted where that is needed."""
    before, after = _QUOTES.get(language, ("", ""))
    plain = column.isidentifier() and column.isascii() and language != "python"
    return column if plain else f"{before}{column}{after}"
