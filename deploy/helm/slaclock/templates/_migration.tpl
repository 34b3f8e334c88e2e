{{/* The files of the chart's own ConfigMap of policies and calendars; empty when there are none. */}}
{{- define "slaclock.policyFiles" -}}
{{- range $name, $text := merge (dict) .Values.policies.files .Values.policies.calendars }}
{{ $name }}: {{ $text | quote }}
{{- end }}
{{- end -}}

{{/* What the migration does, one container a step, in this order: the schema, calendars, policies. */}}
{{- define "slaclock.steps" -}}
{{- $policies := .Values.policies -}}
{{- $steps := list (dict "name" "schema" "args" (list "migrate")) -}}
{{- range $n, $file := concat (keys $policies.calendars | sortAlpha) $policies.register.calendars -}}
{{- $steps = append $steps (dict "name" (printf "calendar-%d" (add $n 1)) "args" (list "calendar" "register" (print "/etc/slaclock/policies/" $file))) -}}
{{- end -}}
{{- range $n, $file := concat (keys $policies.files | sortAlpha) $policies.register.policies -}}
{{- $steps = append $steps (dict "name" (printf "policy-%d" (add $n 1)) "args" (list "policy" "register" (print "/etc/slaclock/policies/" $file))) -}}
{{- end -}}
{{- toJson (dict "steps" $steps) -}}
{{- end -}}

{{- define "slaclock.migrationStep" -}}
- name: {{ .step.name }}
  {{- include "slaclock.containerSecurity" .root | nindent 2 }}
  args: {{ toJson .step.args }}
  envFrom: [{configMapRef: {name: {{ .settings }}}}]
  env: {{- include "slaclock.secretEnv" .secrets | trim | nindent 4 }}
  resources: {{- toYaml .root.Values.migration.resources | nindent 4 }}
  volumeMounts:
    {{- include "slaclock.mounts" .root | nindent 4 }}
    {{- if gt (len .steps) 1 }}
    - {name: policies, mountPath: /etc/slaclock/policies, readOnly: true}
    {{- end }}
{{- end -}}

{{/* Takes root, steps, settings and policies (names of ConfigMaps), secrets, hook. */}}
{{- define "slaclock.migrationPod" -}}
metadata:
  labels:
    {{- include "slaclock.migrationLabels" .root | nindent 4 }}
    {{- include "slaclock.commonLabels" .root | nindent 4 }}
  annotations:
    checksum/settings: {{ include "slaclock.settings" .root | sha256sum }}
    {{- with include "slaclock.policyFiles" .root | trim }}
    checksum/policies: {{ sha256sum . }}
    {{- end }}
spec:
  restartPolicy: Never
  serviceAccountName: {{ ternary (include "slaclock.migrationName" .root) (include "slaclock.serviceAccount" .root) (and .hook .root.Values.serviceAccount.create) }}
  {{- include "slaclock.podSecurity" .root | nindent 2 }}
  {{- if gt (len .steps) 1 }}
  initContainers:
    {{- range initial .steps }}
    {{- include "slaclock.migrationStep" (merge (dict "step" .) $) | nindent 4 }}
    {{- end }}
  {{- end }}
  containers:
    {{- include "slaclock.migrationStep" (merge (dict "step" (last .steps)) .) | nindent 4 }}
  volumes:
    {{- include "slaclock.secretVolume" .secrets | nindent 4 }}
    {{- include "slaclock.tmpVolume" .root | nindent 4 }}
    {{- if gt (len .steps) 1 }}
    - name: policies
      configMap: {name: {{ .policies | quote }}}
    {{- end }}
{{- end -}}
