// Every page works without this file; it makes some things quicker or kinder.
import { closeMenus } from "/assets/js/menu.js";
import { copyButtons } from "/assets/js/copy.js";
import { guessZone } from "/assets/js/zone.js";
import { leaveToasts } from "/assets/js/toast.js";
import { keepForms } from "/assets/js/form.js";
import { keepTyping } from "/assets/js/draft.js";
import { usePasskeys } from "/assets/js/passkey.js";
import { pollPending } from "/assets/js/pending.js";
import { openPalette } from "/assets/js/palette.js";
import { followKeys } from "/assets/js/shortcuts.js";
import { refreshLive } from "/assets/js/live.js";
import { followStart } from "/assets/js/times.js";
import { fillViews } from "/assets/js/views.js";

closeMenus(document);
copyButtons(document);
guessZone(document);
leaveToasts(document);
keepForms(document);
keepTyping(document);
usePasskeys(document);
pollPending(document);
followStart(document);
openPalette(document);
followKeys(document);
refreshLive(document);
fillViews(document, keepForms);
