// Writes what the parser finds in the document named by the first argument: a JSON list of [severity, code, where, what].
import { Parser, fromFile } from "@asyncapi/parser";

const severities = ["error", "warning", "information", "hint"];
const { document, diagnostics } = await fromFile(new Parser(), process.argv[2]).parse();
const found = diagnostics.map(({ severity, code, path, message }) => [severities[severity], code, path.join("/"), message]);
if (document === undefined && found.length === 0) found.push(["error", "no-document", "", "nothing was read"]);
console.log(JSON.stringify(found));
