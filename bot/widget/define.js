// Registers the element. Loading the bundle twice, or beside an older one, does no harm.
import { SafetyChat } from "./safety-chat.js";

if (!customElements.get("safety-chat")) customElements.define("safety-chat", SafetyChat);
