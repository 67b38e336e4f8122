"""The designer's keys, wherever the focus is but in a field; and the list of them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.language import N_, _, said, shown

KEYS = {
    "a": ("add", N_("Add a step behind the selected one")),
    "f": ("form", N_("Go to the form of the selected step")),
    "/": ("find", N_("Find a step in the list")),
    "j": ("next", N_("Select the next step")),
    "k": ("previous", N_("Select the step before")),
    "delete": ("remove", N_("Delete")),
    "ctrl+d": ("duplicate", N_("Duplicate")),
    "alt+arrowup": ("up", N_("Move up")),
    "alt+arrowdown": ("down", N_("Move down")),
    "e": ("power", N_("Switch on or off")),
    "ctrl+c": ("copy", N_("Copy")),
    "ctrl+x": ("cut", N_("Cut")),
    "ctrl+v": ("paste", N_("Paste behind the selected step, also in another pipeline")),
    "ctrl+enter": ("run", N_("Run all")),
    "shift+enter": ("run_to", N_("Run to the selected step")),
    "ctrl+s": ("save", N_("Save a revision")),
    "?": ("keys", N_("Show the shortcuts")),
}
BUTTONS = {"Ctrl + Z": N_("Undo"), "Ctrl + Shift + Z": N_("Redo")}  # heard by the bar's buttons
LIST = {
    N_("Shift + click, Shift + ↑ ↓"): N_("Choose a range of steps"),
    N_("Ctrl + click"): N_("Choose one more step, or one less"),
    "Ctrl + A": N_("Choose every step, with the focus in the list"),
    "Esc": N_("Choose the selected step alone"),
}

JS = """
const states=new WeakMap(),
  FIRST='.st-key-form_scroll :is(textarea,[role=combobox],[role=radio],input:not([type=checkbox]))';
const field=t=>t&&(t.isContentEditable||/^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName));
export default function({parentElement,data,setTriggerValue}){
  let s=states.get(parentElement);
  if(!s){
    s={};states.set(parentElement,s);
    s.heard=e=>{
      if(e.defaultPrevented||e.isComposing||field(e.composedPath()[0])||document.querySelector('[role=dialog],[data-baseweb=modal],[data-testid=stPopoverBody]'))return;
      const ctrl=e.ctrlKey||e.metaKey,key=e.key.toLowerCase();
      const name=(ctrl?'ctrl+':'')+(e.altKey?'alt+':'')+(e.shiftKey&&(ctrl||key.length>1)?'shift+':'')+key;
      const act=s.keys[name];
      if(!act||(act==='copy'&&String(getSelection())))return;
      if(key==='enter'&&!ctrl&&e.composedPath()[0].closest?.('button,a,[role=button]'))return;
      e.preventDefault();e.stopPropagation();
      if(act==='form')document.querySelector(FIRST)?.focus();
      else if(act==='find')document.dispatchEvent(new CustomEvent('sekkei-find'));
      else s.send('act',{name:act,at:Date.now()})};
  }
  document.addEventListener('keydown',s.heard);
  s.keys=data.keys;s.send=setTriggerValue;
  return()=>document.removeEventListener('keydown',s.heard);
}
"""

_component = st.components.v2.component("sekkei_shortcuts", html="<span></span>", js=JS)


def show(*, key: str, on_act: Callable[[str], None]) -> None:
    """Listen to the keys; one gives ``on_act`` the act's name."""

    def heard() -> None:
        event = getattr(st.session_state.get(key), "act", None)
        if event:
            on_act(event["name"])

    _component(key=key, data={"keys": {k: act for k, (act, _) in KEYS.items()}}, on_act_change=heard, height="content")


def show_list() -> None:
    """Draw every shortcut with what it does."""
    named = {_named(k): words for k, (_, words) in KEYS.items()} | BUTTONS | LIST
    half = len(KEYS) - 4  # what stands below has the longer words
    head = "| " + _("Keys") + " | " + _("What they do") + " |"
    parts = list(named.items())[:half], list(named.items())[half:]
    with st.container(key="shortcuts_list"):
        for column, lines in zip(st.columns([4, 5]), parts, strict=True):
            column.markdown("\n".join([head, "|---|---|", *(f"| `{shown(k)}` | {said(w)} |" for k, w in lines)]))
    st.caption(_("They work wherever the focus is, but not while a field is being typed in."))


def _named(keys: str) -> str:
    named = {"arrowup": "↑", "arrowdown": "↓"}
    return " + ".join(named.get(k, k.capitalize()) for k in keys.split("+"))
