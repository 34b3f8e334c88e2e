"""Kafka: the only importer of FastStream and aiokafka."""
