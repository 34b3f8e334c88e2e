"""What watches the service: the page of metrics, rules, alerts and dashboards, made of one source and committed."""
