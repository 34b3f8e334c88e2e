// Reads a JSON list of custom resources on stdin, writes a JSON list with a list of errors for each.
//
// The models' validators know values (patterns, enumerations, required fields) and let unknown fields pass, as the API
// server prunes them; the compiler knows the fields: an object literal may only have those of its type.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const places = {
  ServiceMonitor: "prometheus-operator/monitoring.coreos.com/v1",
  PodMonitor: "prometheus-operator/monitoring.coreos.com/v1",
  PrometheusRule: "prometheus-operator/monitoring.coreos.com/v1",
  ScaledObject: "keda/keda.sh/v1alpha1",
  TriggerAuthentication: "keda/keda.sh/v1alpha1",
};
const resources = JSON.parse(readFileSync(0, "utf8"));
const errors = resources.map(() => []);
const lines = [];

for (const [n, resource] of resources.entries()) {
  const module = `@kubernetes-models/${places[resource.kind]}/${resource.kind}`;
  const { [resource.kind]: Model } = await import(module);
  try {
    new Model(structuredClone(resource)).validate();
  } catch (error) {
    errors[n].push(error.message);
  }
  lines.push(`import type { I${resource.kind} as T${n} } from "${module}"; export const r${n}: T${n} = ${JSON.stringify(resource)};`);
}

const file = join(here, `resources-${process.pid}.ts`);
writeFileSync(file, lines.join("\n"));
const tsc = join(here, "node_modules", "typescript", "bin", "tsc");
const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--pretty", "false"];
const run = spawnSync(process.execPath, [tsc, ...options, file], { cwd: here, encoding: "utf8" });
rmSync(file);
for (const [, line, text] of run.stdout.matchAll(/\.ts\((\d+),\d+\): (.*(?:\n .*)*)/g)) errors[line - 1].push(text);
if (run.status !== 0 && errors.every((found) => found.length === 0)) throw new Error(run.stdout + run.stderr);

process.stdout.write(JSON.stringify(errors));
