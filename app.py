"""The frame: ``streamlit run app.py`` serves the pages and keeps the background services up."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components import error_box, session, studio, theme

ROOT = Path(__file__).parent
ICON = ROOT / "components" / "icon.svg"
PAGES = {
    "": [("home/home", "Home", "home")],
    "Build": [("build/designer", "Designer", "account_tree"), ("build/datasets", "Data", "database")],
    "Review": [
        ("review/runs", "Runs", "monitoring"),
        ("review/run_detail", "Run", "play_circle"),
        ("review/compare_runs", "Compare", "compare_arrows"),
    ],
    "Deploy": [
        ("deploy/models", "Models", "deployed_code"),
        ("deploy/endpoints", "Endpoints", "cloud_upload"),
        ("deploy/batch_jobs", "Batch scoring", "table_rows"),
    ],
}
HIDDEN = {"review/run_detail", "review/compare_runs"}  # reached from Runs, with the run in the address

if get_script_run_ctx(suppress_warning=True) is None:  # imported by the server; below, run as a visitor's script
    app = st.App(__file__, lifespan=studio.lifespan)
else:
    st.set_page_config(page_title="Sekkei", page_icon=str(ICON), layout="wide", initial_sidebar_state=184)
    st.html(f"<style>{theme.CSS}</style>")
    st.logo(str(ROOT / "components" / "logo.svg"), icon_image=str(ICON), size="large")
    page = st.navigation(
        {
            section: [
                st.Page(
                    ROOT / "pages" / f"{path}.py",
                    title=title,
                    icon=f":material/{icon}:",
                    visibility="hidden" if path in HIDDEN else "visible",
                )
                for path, title, icon in entries
            ]
            for section, entries in PAGES.items()
        }
    )
    session.show_messages()
    with error_box.shown("page"):
        page.run()
