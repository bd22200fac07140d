"""What the console says about itself."""

from flask import Blueprint, render_template

pages = Blueprint("about", __name__)


@pages.get("/accessibility")
def accessibility() -> str:
    return render_template("accessibility.html")
