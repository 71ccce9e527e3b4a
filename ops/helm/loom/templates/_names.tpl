{{- define "loom.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "loom.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "loom.labels" -}}
{{ include "loom.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "loom.check" -}}
{{- if and (not .Values.tokensSecret) (not .Values.allowAnonymous) }}{{ fail "Set tokensSecret, the name of a Secret with the key tokens, or allowAnonymous: true" }}{{ end }}
{{- if and (eq .Values.store "redis") (not .Values.redis.urlSecret) }}{{ fail "Set redis.urlSecret, the name of a Secret with the key url" }}{{ end }}
{{- end }}
