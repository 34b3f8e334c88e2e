{{/* The broker's credentials as KEDA's parameters, from the Secrets that the pods mount. */}}
{{- define "slaclock.kedaSecrets" -}}
{{- $names := dict "KAFKA_PASSWORD_FILE" "password" "KAFKA_SSL_CA_FILE" "ca" "KAFKA_SSL_CERT_FILE" "cert" "KAFKA_SSL_KEY_FILE" "key" "KAFKA_SSL_KEY_PASSWORD_FILE" "keyPassword" -}}
{{- $trial := printf "%s-trial" (include "slaclock.fullname" .) -}}
secretTargetRef:
{{- range (include "slaclock.secretFiles" (dict "root" . "trial" $trial "databaseSecret" "" "databaseKey" "") | fromJson).files }}
{{- if hasKey $names .variable }}
  - {parameter: {{ get $names .variable }}, name: {{ .secret | quote }}, key: {{ .key | quote }}}
{{- end }}
{{- end }}
{{- with .Values.kafka.sasl }}
{{- if and .usernameKey (include "slaclock.sasl" $) }}
  - {parameter: username, name: {{ .existingSecret | quote }}, key: {{ .usernameKey | quote }}}
{{- else if and .username (include "slaclock.sasl" $) }}
env:
  - {parameter: username, name: SLACLOCK_KAFKA_USERNAME, containerName: slaclock}
{{- end }}
{{- end }}
{{- end -}}
