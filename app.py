"""The frame: ``streamlit run app.py`` serves the pages and keeps the background services up."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components import error_box, language, session, studio, theme
from components.language import N_, said

ROOT = Path(__file__).parent
ICON = ROOT / "components" / "icon.svg"
PAGES = {
    "": [("home/home", N_("Home"), "home")],
    N_("Build"): [
        ("build/designer", N_("Designer"), "account_tree"),
        ("build/datasets", N_("Data"), "database"),
        ("build/library", N_("Library"), "menu_book"),
    ],
    N_("Review"): [
        ("review/runs", N_("Runs"), "monitoring"),
        ("review/run_detail", N_("Run"), "play_circle"),
        ("review/compare_runs", N_("Compare"), "compare_arrows"),
    ],
    N_("Deploy"): [
        ("deploy/models", N_("Models"), "deployed_code"),
        ("deploy/endpoints", N_("Endpoints"), "cloud_upload"),
        ("deploy/batch_endpoints", N_("Batch endpoints"), "dynamic_feed"),
        ("deploy/batch_jobs", N_("Batch scoring"), "table_rows"),
    ],
}
HIDDEN = {"review/run_detail", "review/compare_runs"}  # reached from Runs, with the run in the address

if get_script_run_ctx(suppress_warning=True) is None:  # imported by the server; below, run as a visitor's script
    app = st.App(__file__, lifespan=studio.lifespan)
else:
    st.set_page_config(page_title="Sekkei", page_icon=str(ICON), layout="wide", initial_sidebar_state=184)
    st.html(f"<style>{theme.CSS}</style>")
    language.follow()
    st.logo(str(ROOT / "components" / "logo.svg"), icon_image=str(ICON), size="large")
    page = st.navigation(
        {
            said(section): [
                st.Page(
                    ROOT / "pages" / f"{path}.py",
                    title=said(title),
                    icon=f":material/{icon}:",
                    visibility="hidden" if path in HIDDEN else "visible",
                )
                for path, title, icon in entries
            ]
            for section, entries in PAGES.items()
        }
    )
    with st.sidebar:
        language.switch(key="language")
    session.show_messages()
    with error_box.shown("page"):
        page.run()
