import Credits
import LedgerStore

extension API {
    /// `GET /metrics`: everything that is worth an alert.
    func metrics() async -> Answer {
        let figures = status.figures()
        let lag = await status.lag()
        var metrics = MetricsText()
        metrics.writeWorker(figures, isReady: status.notReadyReasons().isEmpty, version: version)
        metrics.writeLag(lag ?? [:], group: figures.group)
        metrics.writeOutbox(figures, age: outboxAge(figures))
        metrics.writeStore(reader, figures)
        return Answer(
            type: "text/plain; version=0.0.4; charset=utf-8",
            headers: [("cache-control", "no-store")],
            body: Array(metrics.text.utf8)
        )
    }

    /// How long the oldest commit waits whose messages are not all acknowledged, in seconds.
    func outboxAge(_ figures: WorkerFigures) -> Double {
        let waiting = figures.publishedThrough + 1
        guard figures.outboxDepth > 0, waiting <= reader.head.number,
            let recordedAt = (try? reader.commit(number: waiting))?.commit.recordedAt
        else { return 0 }
        return max(0, Double(now().microseconds - recordedAt.microseconds) / 1_000_000)
    }
}

extension MetricsText {
    fileprivate mutating func writeWorker(
        _ figures: WorkerFigures,
        isReady: Bool,
        version: String
    ) {
        family("drawdown_info", .gauge, "1; the version is in the label.")
        sample("drawdown_info", ["version": version], 1)
        single(
            "drawdown_ready",
            .gauge,
            "1 while the worker consumes and is able to commit, else 0.",
            isReady ? 1 : 0
        )
        family("drawdown_events_total", .counter, "Usage events and commands by outcome.")
        for outcome in Outcome.allCases {
            let count = figures.outcomes[outcome]
            sample("drawdown_events_total", ["outcome": outcome.name], count)
        }
        family("drawdown_dead_letters_total", .counter, "Inputs that were refused, by code.")
        for code in RefusalCode.allCases {
            let count = figures.deadLetters[code] ?? 0
            sample("drawdown_dead_letters_total", ["code": code.name], count)
        }
        single("drawdown_triggers_total", .counter, "Triggers that commits owed.", figures.triggers)
        histogram("drawdown_batch_events", "Inputs in a commit.", figures.batchSizes)
        histogram(
            "drawdown_apply_duration_seconds",
            "From a batch to what it changes.",
            figures.applying
        )
        histogram(
            "drawdown_commit_duration_seconds",
            "Until a commit was written and synced.",
            figures.committing
        )
        single(
            "process_start_time_seconds",
            .gauge,
            "When the worker started, in Unix seconds.",
            figures.startedAt.seconds
        )
        single(
            "process_resident_memory_bytes",
            .gauge,
            "Memory of the process, mapped pages of the store included.",
            figures.residentBytes
        )
    }

    fileprivate mutating func writeLag(_ lag: [PartitionKey: Int64], group: String) {
        let partitions = lag.sorted { $0.key < $1.key }
        family(
            "drawdown_consumer_lag_messages",
            .gauge,
            "Records of an assigned partition that are not applied."
        )
        for (key, messages) in partitions {
            sample(
                "drawdown_consumer_lag_messages",
                ["topic": key.topic, "partition": "\(key.partition)"],
                messages
            )
        }
        family("kafka_consumergroup_lag", .gauge, "The same, as lag exporters name it.")
        for (key, messages) in partitions {
            sample(
                "kafka_consumergroup_lag",
                ["consumergroup": group, "topic": key.topic, "partition": "\(key.partition)"],
                messages
            )
        }
    }

    fileprivate mutating func writeOutbox(_ figures: WorkerFigures, age: Double) {
        single(
            "drawdown_outbox_messages",
            .gauge,
            "Triggers and dead letters that Kafka has not acknowledged.",
            figures.outboxDepth
        )
        single(
            "drawdown_outbox_oldest_age_seconds",
            .gauge,
            "How long the oldest of them waits.",
            age
        )
    }

    fileprivate mutating func writeStore(_ reader: any LedgerReader, _ figures: WorkerFigures) {
        single(
            "drawdown_commits",
            .gauge,
            "The number of the newest commit in the journal.",
            reader.head.number
        )
        single("drawdown_accounts", .gauge, "Accounts in the ledger.", reader.accountCount)
        single("drawdown_known_ids", .gauge, "Ids that are used up.", reader.knownIDCount)
        single(
            "drawdown_holds_pending",
            .gauge,
            "Holds that are neither captured, released nor expired.",
            reader.pendingHoldCount
        )
        single("drawdown_store_bytes", .gauge, "Size of the store's files.", figures.storeBytes)
    }
}
