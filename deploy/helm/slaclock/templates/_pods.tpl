{{/* The options of a deployment: those of `defaults`, and its own over them. Takes root and its own. */}}
{{- define "slaclock.options" -}}
{{- mustMergeOverwrite (deepCopy .root.Values.defaults) (deepCopy .own) | toJson -}}
{{- end -}}

{{/* The lowest number of replicas that a deployment can have. Takes its options. */}}
{{- define "slaclock.fewest" -}}
{{- if .hpa.enabled -}}{{ int .hpa.minReplicas }}
{{- else if .keda.enabled -}}{{ int .keda.minReplicas }}
{{- else -}}{{ int .replicas }}
{{- end -}}
{{- end -}}

{{/* A setting of a deployment: its own, else everybody's, else the service's default. Takes root, options, name. */}}
{{- define "slaclock.setting" -}}
{{- $defaults := (.root.Files.Get "files/service.json" | fromJson).settings -}}
{{- $of := mustMergeOverwrite $defaults (deepCopy .root.Values.settings) (deepCopy .options.settings) -}}
{{- include "slaclock.scalar" (get $of .name) -}}
{{- end -}}

{{/* What every pod of the chart has alike, but for its service account and volumes. */}}
{{- define "slaclock.podSecurity" -}}
automountServiceAccountToken: false
# A Service named slaclock would otherwise bring SLACLOCK_PORT and the like, which are no settings.
enableServiceLinks: false
securityContext: {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "slaclock.containerSecurity" -}}
image: {{ include "slaclock.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext: {{- toYaml .Values.containerSecurityContext | nindent 2 }}
{{- end -}}

{{- define "slaclock.mounts" -}}
- {name: secrets, mountPath: /etc/slaclock/secrets, readOnly: true}
- {name: tmp, mountPath: /tmp}
{{- end -}}

{{- define "slaclock.tmpVolume" -}}
- name: tmp
  emptyDir: {sizeLimit: 64Mi}
{{- end -}}

{{- define "slaclock.probe" -}}
httpGet: {path: {{ .path }}, port: http}
{{ toYaml .probe }}
{{- end -}}

{{- define "slaclock.spread" -}}
{{- $spread := .options.topologySpread -}}
{{- range $spread.topologyKeys }}
- maxSkew: {{ $spread.maxSkew }}
  topologyKey: {{ . | quote }}
  whenUnsatisfiable: {{ $spread.whenUnsatisfiable }}
  labelSelector:
    matchLabels:
      {{- include "slaclock.selectorLabels" $.root | nindent 6 }}
      app.kubernetes.io/component: {{ $.name }}
  {{- if semverCompare ">=1.27.0-0" $.root.Capabilities.KubeVersion.Version }}
  matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end }}
{{- end -}}
