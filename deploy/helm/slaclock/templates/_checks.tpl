{{/* What the schema cannot say: values that contradict each other. Each ends with one sentence that names the key. */}}
{{- define "slaclock.checks" -}}
{{- include "slaclock.checks.database" . -}}
{{- include "slaclock.checks.kafka" . -}}
{{- include "slaclock.checks.policies" . -}}
{{- include "slaclock.checks.monitoring" . -}}
{{- include "slaclock.checks.deployments" . -}}
{{- end -}}

{{- define "slaclock.checks.database" -}}
{{- with .Values.database -}}
{{- if and .url .existingSecret -}}
{{- fail "database.url and database.existingSecret are both set: leave url empty; it is for trials without a Secret." -}}
{{- else if not (or .url .existingSecret) -}}
{{- fail "database.existingSecret is empty: name the Secret that holds the database's address, or set database.url for a trial." -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "slaclock.checks.kafka" -}}
{{- $protocol := .Values.kafka.securityProtocol -}}
{{- if not .Values.kafka.bootstrap -}}
{{- fail "kafka.bootstrap is empty: set it to the brokers' host:port, separated by commas." -}}
{{- end -}}
{{- with .Values.kafka.tls -}}
{{- if and (or .caSecret .clientSecret) (not (has $protocol (list "SSL" "SASL_SSL"))) -}}
{{- fail (printf "kafka.tls is set and kafka.securityProtocol is %s, which is not encrypted: use SSL or SASL_SSL, or leave kafka.tls empty." $protocol) -}}
{{- end -}}
{{- if and .keyPasswordKey (not .clientSecret) -}}
{{- fail "kafka.tls.keyPasswordKey is set and kafka.tls.clientSecret is empty: name the Secret that holds certificate, key and password." -}}
{{- end -}}
{{- end -}}
{{- with .Values.kafka.sasl -}}
{{- if not (include "slaclock.sasl" $) -}}
{{- if or .username .password .existingSecret -}}
{{- fail (printf "kafka.sasl is set and kafka.securityProtocol is %s, which asks for no password: use SASL_SSL or SASL_PLAINTEXT, or leave kafka.sasl empty." $protocol) -}}
{{- end -}}
{{- else -}}
{{- if and .password .existingSecret -}}
{{- fail "kafka.sasl.password and kafka.sasl.existingSecret are both set: leave password empty; it is for trials without a Secret." -}}
{{- else if not (or .password .existingSecret) -}}
{{- fail (printf "kafka.securityProtocol is %s and there is no password: name its Secret in kafka.sasl.existingSecret." $protocol) -}}
{{- end -}}
{{- if and .username .usernameKey -}}
{{- fail "kafka.sasl.username and kafka.sasl.usernameKey are both set: the user comes from one of them." -}}
{{- else if not (or .username .usernameKey) -}}
{{- fail (printf "kafka.securityProtocol is %s and there is no user: set kafka.sasl.username or kafka.sasl.usernameKey." $protocol) -}}
{{- else if and .usernameKey (not .existingSecret) -}}
{{- fail "kafka.sasl.usernameKey is set and kafka.sasl.existingSecret is empty: name the Secret that holds the user." -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "slaclock.checks.policies" -}}
{{- with .Values.policies -}}
{{- $own := or .files .calendars -}}
{{- $listed := or .register.policies .register.calendars -}}
{{- range $name := keys .files -}}
{{- if hasKey $.Values.policies.calendars $name -}}
{{- fail (printf "policies.files and policies.calendars both have %s: they share one folder, so give one of them another name." $name) -}}
{{- end -}}
{{- end -}}
{{- if and .existingConfigMap $own -}}
{{- fail "policies.existingConfigMap is set beside policies.files or policies.calendars: use your ConfigMap or the chart's, not both." -}}
{{- else if and .existingConfigMap (not $listed) -}}
{{- fail "policies.existingConfigMap is set and policies.register is empty: list which of its files are policies and which calendars." -}}
{{- else if and $listed (not .existingConfigMap) -}}
{{- fail "policies.register lists files and policies.existingConfigMap is empty: name the ConfigMap, or put the texts in policies.files." -}}
{{- end -}}
{{- if and (eq $.Values.migration.mode "none") (or $own .existingConfigMap) -}}
{{- fail "policies are registered by the migration, and migration.mode is none: use hook or job, or register them yourself." -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "slaclock.checks.monitoring" -}}
{{- with .Values.monitoring -}}
{{- if and .serviceMonitor.enabled .podMonitor.enabled -}}
{{- fail "monitoring.serviceMonitor and monitoring.podMonitor are both enabled: every process would be scraped twice; enable one." -}}
{{- end -}}
{{- if and .serviceMonitor.enabled (not $.Values.service.enabled) -}}
{{- fail "monitoring.serviceMonitor is enabled and service.enabled is false: it finds processes through the Service; enable that, or use podMonitor." -}}
{{- end -}}
{{- if and .prometheusRule.enabled .grafanaAlerts.enabled -}}
{{- fail "monitoring.prometheusRule and monitoring.grafanaAlerts are both enabled: they are the same rules, and everybody would be told twice; enable one." -}}
{{- end -}}
{{- if and .grafanaAlerts.enabled (not ($.Files.Glob "files/grafana-alerts/*.yaml")) -}}
{{- fail "monitoring.grafanaAlerts is enabled and this chart has no file in files/grafana-alerts: use prometheusRule." -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "slaclock.checks.deployments" -}}
{{- $run := list -}}
{{- range $name, $own := .Values.deployments -}}
{{- $options := include "slaclock.options" (dict "root" $ "own" $own) | fromJson -}}
{{- if $options.enabled -}}
{{- $run = concat $run $options.roles -}}
{{- range $setting := keys (default dict $own.settings) | sortAlpha -}}
{{- if or (has $setting (list "TENANT" "GROUP")) (hasSuffix "_TOPIC" $setting) -}}
{{- fail (printf "deployments.%s.settings has %s, which all processes have to share: put it under settings." $name $setting) -}}
{{- end -}}
{{- end -}}
{{- include "slaclock.checks.scaling" (dict "name" $name "options" $options) -}}
{{- include "slaclock.checks.settings" (dict "root" $ "name" $name "options" $options) -}}
{{- end -}}
{{- end -}}
{{- range $role := (.Files.Get "files/service.json" | fromJson).roles -}}
{{- if not (has $role $run) -}}
{{- fail (printf "no enabled deployment has the role %s: add it to the roles of one of them; without it the service is not whole." $role) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "slaclock.checks.scaling" -}}
{{- $name := .name -}}
{{- with .options -}}
{{- if and .hpa.enabled .keda.enabled -}}
{{- fail (printf "deployments.%s has both hpa and keda enabled: they would fight over its replicas; enable one." $name) -}}
{{- end -}}
{{- range $kind, $of := dict "hpa" .hpa "keda" .keda -}}
{{- if and $of.enabled (gt (int $of.minReplicas) (int $of.maxReplicas)) -}}
{{- fail (printf "deployments.%s: %s.minReplicas is above %s.maxReplicas." $name $kind $kind) -}}
{{- end -}}
{{- end -}}
{{- if and .hpa.enabled (not (dig "requests" "cpu" "" .resources)) -}}
{{- fail (printf "deployments.%s: hpa measures CPU against resources.requests.cpu, which is not set." $name) -}}
{{- end -}}
{{- if and .keda.enabled (not (has "ingest" .roles)) -}}
{{- fail (printf "deployments.%s: keda scales by the lag of the tickets topic, which only ingest reads; use hpa here." $name) -}}
{{- end -}}
{{- range .extraEnv -}}
{{- if hasPrefix "SLACLOCK_" .name -}}
{{- fail (printf "deployments.%s: extraEnv has %s; settings belong under settings, by their name without SLACLOCK_." $name .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The service refuses these too, but only once its pods start. */}}
{{- define "slaclock.checks.settings" -}}
{{- $drain := include "slaclock.setting" (merge (dict "name" "DRAIN_SECONDS") .) | float64 -}}
{{- $shutdown := include "slaclock.setting" (merge (dict "name" "SHUTDOWN_SECONDS") .) | float64 -}}
{{- $heartbeat := include "slaclock.setting" (merge (dict "name" "KAFKA_HEARTBEAT_MS") .) | float64 -}}
{{- $session := include "slaclock.setting" (merge (dict "name" "KAFKA_SESSION_MS") .) | float64 -}}
{{- $grace := .options.terminationGracePeriodSeconds -}}
{{- if gt (addf (mulf $drain 1.5) 9) $shutdown -}}
{{- fail (printf "deployments.%s: SHUTDOWN_SECONDS is %v and has to be at least 1.5 times DRAIN_SECONDS (%v) and 9 more." .name $shutdown $drain) -}}
{{- end -}}
{{- if and $grace (lt (float64 $grace) (addf $shutdown 5)) -}}
{{- fail (printf "deployments.%s: terminationGracePeriodSeconds is %v and has to be at least SHUTDOWN_SECONDS (%v) and 5 more." .name $grace $shutdown) -}}
{{- end -}}
{{- if gt (mulf $heartbeat 3) $session -}}
{{- fail (printf "deployments.%s: KAFKA_HEARTBEAT_MS is %v and has to be at most a third of KAFKA_SESSION_MS (%v)." .name $heartbeat $session) -}}
{{- end -}}
{{- $topics := list -}}
{{- range $setting := keys (.root.Files.Get "files/service.json" | fromJson).settings -}}
{{- if hasSuffix "_TOPIC" $setting -}}
{{- $topics = append $topics (include "slaclock.setting" (merge (dict "name" $setting) $)) -}}
{{- end -}}
{{- end -}}
{{- if lt (len (uniq $topics)) (len $topics) -}}
{{- fail (printf "deployments.%s: the topics have to differ from each other; they are %s." .name (join ", " (sortAlpha $topics))) -}}
{{- end -}}
{{- end -}}
