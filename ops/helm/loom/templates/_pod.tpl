{{- define "loom.pod" -}}
{{- include "loom.check" . -}}
metadata:
  labels:
    {{- include "loom.selector" . | nindent 4 }}
  annotations:
    # A change of the settings starts the pods again.
    checksum/settings: {{ toYaml .Values.settings | sha256sum }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  # Kubernetes sets variables such as LOOM_PORT for services of this namespace. Loom ignores them; without them there is nothing to ignore.
  enableServiceLinks: false
  automountServiceAccountToken: false
  # Longer than stopTimeout (10s): a graceful stop must not be cut.
  terminationGracePeriodSeconds: 30
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      type: RuntimeDefault
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: loom
      image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [-c, /etc/loom]
      env:
        - name: LOOM_PORT
          value: "3060"
        {{- if .Values.tokensSecret }}
        - name: LOOM_TOKENS_FILE
          value: /run/secrets/loom/tokens
        {{- else }}
        - name: LOOM_ALLOW_ANONYMOUS
          value: "true"
        {{- end }}
        {{- with .Values.hosts }}
        - name: LOOM_HTTP_HOSTS
          value: {{ join "," . | quote }}
        {{- end }}
        {{- if eq .Values.store "redis" }}
        - name: LOOM_STORE_FILE
          value: /run/secrets/loom-store/url
        {{- end }}
      ports:
        - name: http
          containerPort: 3060
      # Alive while the process answers. A store that is away is no reason to start again: readiness says so.
      livenessProbe:
        httpGet:
          path: /healthz
          port: http
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      startupProbe:
        httpGet:
          path: /healthz
          port: http
        periodSeconds: 2
        failureThreshold: 150
      readinessProbe:
        {{- if .Values.tokensSecret }}
        # /readyz needs a token, which a probe by HTTP would show in the pod's description.
        exec:
          command:
            - node
            - -e
            - >-
              const token = require('fs').readFileSync('/run/secrets/loom/tokens', 'utf8').split(',')[0].trim();
              fetch('http://127.0.0.1:3060/readyz', { headers: { Authorization: 'Bearer ' + token } })
              .then((res) => process.exit(res.ok ? 0 : 1), () => process.exit(1))
        {{- else }}
        httpGet:
          path: /readyz
          port: http
        {{- end }}
        periodSeconds: 10
        timeoutSeconds: 5
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - name: settings
          mountPath: /etc/loom
          readOnly: true
        - name: tmp
          mountPath: /tmp
        {{- if .Values.tokensSecret }}
        - name: tokens
          mountPath: /run/secrets/loom
          readOnly: true
        {{- end }}
        {{- if eq .Values.store "redis" }}
        - name: store
          mountPath: /run/secrets/loom-store
          readOnly: true
        {{- else }}
        - name: data
          mountPath: /data
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: settings
      configMap:
        name: {{ include "loom.name" . }}
    - name: tmp
      emptyDir: {}
    {{- if .Values.tokensSecret }}
    - name: tokens
      secret:
        secretName: {{ .Values.tokensSecret }}
    {{- end }}
    {{- if eq .Values.store "redis" }}
    - name: store
      secret:
        secretName: {{ .Values.redis.urlSecret }}
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
