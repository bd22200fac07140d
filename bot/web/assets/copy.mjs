// Puts GOV.UK Frontend's script beside the stylesheet: its behaviour, without its fonts, crest or images.
import { copyFileSync, mkdirSync } from "node:fs";

mkdirSync("../static", { recursive: true });
copyFileSync("node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js", "../static/govuk-frontend.min.js");
