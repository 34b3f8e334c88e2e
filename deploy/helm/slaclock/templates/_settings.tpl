{{/* A scalar as the service reads it; YAML's numbers come as floats, and 8388608 must not become 8.388608e+06. */}}
{{- define "slaclock.scalar" -}}
{{- if and (kindIs "float64" .) (eq . (float64 (int64 .))) -}}{{ int64 . }}{{- else -}}{{ . }}{{- end -}}
{{- end -}}

{{- define "slaclock.sasl" -}}
{{- if hasPrefix "SASL" .Values.kafka.securityProtocol }}yes{{ end -}}
{{- end -}}

{{/* What every process is told that is no secret: name -> value. */}}
{{- define "slaclock.settings" -}}
{{- $kafka := .Values.kafka -}}
SLACLOCK_KAFKA_BOOTSTRAP: {{ $kafka.bootstrap | quote }}
SLACLOCK_KAFKA_SECURITY_PROTOCOL: {{ $kafka.securityProtocol | quote }}
{{- if include "slaclock.sasl" . }}
SLACLOCK_KAFKA_SASL_MECHANISM: {{ $kafka.sasl.mechanism | quote }}
{{- with $kafka.sasl.username }}
SLACLOCK_KAFKA_USERNAME: {{ . | quote }}
{{- end }}
{{- end }}
SLACLOCK_HTTP_HOST: {{ .Values.http.host | quote }}
SLACLOCK_HTTP_PORT: {{ include "slaclock.scalar" .Values.http.port | quote }}
{{- range $name, $value := .Values.settings }}
SLACLOCK_{{ $name }}: {{ include "slaclock.scalar" $value | quote }}
{{- end }}
{{- end -}}

{{/* The Secret of a trial, which the chart makes itself. */}}
{{- define "slaclock.trialSecret" -}}
{{- if .Values.database.url }}
database-url: {{ .Values.database.url | quote }}
{{- end }}
{{- if .Values.kafka.sasl.password }}
kafka-password: {{ .Values.kafka.sasl.password | quote }}
{{- end }}
{{- end -}}

{{/* Secrets as files: variable -> file, Secret, key. Takes root, the trial's Secret, the database's Secret and key. */}}
{{- define "slaclock.secretFiles" -}}
{{- $kafka := .root.Values.kafka -}}
{{- $found := list -}}
{{- $found = append $found (dict "variable" "DATABASE_URL_FILE" "file" "database-url" "secret" (default .trial .databaseSecret) "key" (ternary .databaseKey "database-url" (ne .databaseSecret ""))) -}}
{{- if include "slaclock.sasl" .root -}}
{{- $found = append $found (dict "variable" "KAFKA_PASSWORD_FILE" "file" "kafka-password" "secret" (default .trial $kafka.sasl.existingSecret) "key" (ternary $kafka.sasl.passwordKey "kafka-password" (ne $kafka.sasl.existingSecret ""))) -}}
{{- end -}}
{{- with $kafka.tls -}}
{{- if .caSecret -}}
{{- $found = append $found (dict "variable" "KAFKA_SSL_CA_FILE" "file" "kafka-ca.crt" "secret" .caSecret "key" .caKey) -}}
{{- end -}}
{{- if .clientSecret -}}
{{- $found = append $found (dict "variable" "KAFKA_SSL_CERT_FILE" "file" "kafka-client.crt" "secret" .clientSecret "key" .certKey) -}}
{{- $found = append $found (dict "variable" "KAFKA_SSL_KEY_FILE" "file" "kafka-client.key" "secret" .clientSecret "key" .keyKey) -}}
{{- if .keyPasswordKey -}}
{{- $found = append $found (dict "variable" "KAFKA_SSL_KEY_PASSWORD_FILE" "file" "kafka-client.password" "secret" .clientSecret "key" .keyPasswordKey) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson (dict "files" $found) -}}
{{- end -}}

{{/* Where a pod finds its secrets, in the three places that name them. Each takes what secretFiles takes. */}}
{{- define "slaclock.secretEnv" -}}
{{- range (include "slaclock.secretFiles" . | fromJson).files }}
- name: SLACLOCK_{{ .variable }}
  value: /etc/slaclock/secrets/{{ .file }}
{{- end }}
{{- with .root.Values.kafka.sasl }}
{{- if and .usernameKey (include "slaclock.sasl" $.root) }}
- name: SLACLOCK_KAFKA_USERNAME
  valueFrom:
    secretKeyRef: {name: {{ .existingSecret | quote }}, key: {{ .usernameKey | quote }}}
{{- end }}
{{- end }}
{{- end -}}

{{- define "slaclock.secretVolume" -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range (include "slaclock.secretFiles" . | fromJson).files }}
      - secret:
          name: {{ .secret | quote }}
          items: [{key: {{ .key | quote }}, path: {{ .file | quote }}}]
      {{- end }}
{{- end -}}
