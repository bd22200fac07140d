// Puts GOV.UK Frontend's script beside the stylesheet: its behaviour, without its fonts, crest or images.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

mkdirSync("../static", { recursive: true });
copyFileSync("node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js", "../static/govuk-frontend.min.js");

// The crown and crest of the footer are the government's: without their rules no page can ask for them.
const sheet = "../static/console.css";
writeFileSync(sheet, readFileSync(sheet, "utf8").replace(/[^{}]*(?:copyright-logo|footer__crown)[^{}]*\{[^{}]*\}/g, ""));
