#ifndef DRAWDOWN_CRDKAFKA_H
#define DRAWDOWN_CRDKAFKA_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/// rd_kafka_producev is variadic, which Swift cannot call. Key and value are copied.
/// On success the headers belong to the message; on failure they stay the caller's.
static inline rd_kafka_resp_err_t drawdown_produce(rd_kafka_t *client,
                                                   const char *topic,
                                                   int32_t partition,
                                                   const void *key,
                                                   size_t key_size,
                                                   const void *value,
                                                   size_t value_size,
                                                   rd_kafka_headers_t *headers,
                                                   int64_t timestamp_ms,
                                                   void *opaque) {
    return rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic),
                             RD_KAFKA_V_PARTITION(partition),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                             RD_KAFKA_V_KEY(key, key_size),
                             RD_KAFKA_V_VALUE((void *)value, value_size),
                             RD_KAFKA_V_TIMESTAMP(timestamp_ms),
                             RD_KAFKA_V_OPAQUE(opaque),
                             RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
}

/// As above, for a topic that was found before: by name each message looks for it anew, under a lock.
static inline rd_kafka_resp_err_t drawdown_produce_to(rd_kafka_t *client,
                                                      rd_kafka_topic_t *topic,
                                                      int32_t partition,
                                                      const void *key,
                                                      size_t key_size,
                                                      const void *value,
                                                      size_t value_size,
                                                      rd_kafka_headers_t *headers,
                                                      int64_t timestamp_ms,
                                                      void *opaque) {
    return rd_kafka_producev(client, RD_KAFKA_V_RKT(topic),
                             RD_KAFKA_V_PARTITION(partition),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                             RD_KAFKA_V_KEY(key, key_size),
                             RD_KAFKA_V_VALUE((void *)value, value_size),
                             RD_KAFKA_V_TIMESTAMP(timestamp_ms),
                             RD_KAFKA_V_OPAQUE(opaque),
                             RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
}

/// One error and delay for the next request of this kind; the library's own function is variadic.
static inline rd_kafka_resp_err_t
drawdown_mock_push_error_delay(rd_kafka_mock_cluster_t *cluster,
                               int32_t broker,
                               int16_t api,
                               rd_kafka_resp_err_t error,
                               int delay_ms) {
    return rd_kafka_mock_broker_push_request_error_rtts(cluster, broker, api, 1,
                                                        error, delay_ms);
}

#endif
