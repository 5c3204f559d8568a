import Credits
import UsageCodec

/// Where a partition without a stored offset begins.
enum StartPosition: String, Sendable {
    case earliest
    case latest
}

/// Everything that the configuration decides (contract §8), validated.
///
/// A fresh value holds the defaults of every key that has one.
struct Configuration: Equatable, Sendable {
    /// librdkafka's properties, verbatim; none of those that are ours.
    var kafka: [String: String] = ["group.id": KafkaSection.defaultGroup]
    /// A file must name it, for neither choice is safe to make in silence.
    var start: StartPosition = .earliest
    var topics = Topics()
    var store = EmbeddedStoreSettings()
    var commit = CommitSettings()
    var http = HTTPSettings()
    /// Settings of accounts that `configure` has not changed; both are always there.
    var defaults = AccountSettings.standard
    var triggers = TriggerSettings()
    var expiry = ExpirySettings()
    var reversal = ReversalSettings()
    var events = EventSettings()
    var deduplication = DeduplicationSettings()
    /// By topic, for those whose events look different.
    var mappings: [String: UsageMapping] = [:]
    /// In the order of the file.
    var rateCards: [RateCard] = []

    /// What the ledger needs to know of all this.
    var policies: Policies {
        Policies(
            defaults: defaults,
            rates: RateBook(cards: rateCards),
            coalescing: triggers.coalesce.microseconds,
            expiryGrace: expiry.grace,
            expiryNotices: expiry.notice,
            reversalGrace: reversal.grace,
            maximumAge: events.maxAge,
            maximumFuture: events.maxFuture
        )
    }
}

extension Configuration {
    /// Reads the whole file; what is at fault keeps its default and is noted.
    init(_ reader: inout YAMLReader) {
        kafka = reader.section("kafka") { KafkaSection.read(&$0) } ?? [:]
        let starts = reader.required("start", "earliest or latest")?
            .choice(["earliest": StartPosition.earliest, "latest": .latest])
        start = starts ?? .earliest
        reader.section("topics") { topics.read(&$0) }
        reader.section("store") { store.read(&$0) }
        reader.section("commit") { commit.read(&$0) }
        reader.section("http") { http.read(&$0) }
        reader.section("defaults") { defaults.read(&$0) }
        reader.section("triggers") { triggers.read(&$0) }
        reader.section("expiry") { expiry.read(&$0) }
        reader.section("reversal") { reversal.read(&$0) }
        reader.section("events") { events.read(&$0) }
        reader.section("dedup") { deduplication.read(&$0, maxAge: events.maxAge) }
        mappings = MappingsSection.read(&reader, topics: topics)
        rateCards = RateCardsSection.read(&reader)
        reader.refuse("webhooks")
    }
}
