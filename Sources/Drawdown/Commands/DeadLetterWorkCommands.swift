import ArgumentParser
import Credits
import EmbeddedLedgerStore
import Foundation
import KafkaIO
import LedgerStore
import Logging
import UsageCodec
import UsagePipeline

/// Which dead letters are meant, the same wherever something is done about them.
struct DeadLetterOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Topic, partition and offset of one, as `list` shows them.",
            valueName: "place"
        )
    )
    var place: [String] = []

    @Option(help: ArgumentHelp("All with this code.", valueName: "code"))
    var code: String?

    @Flag(help: "All that nothing was done about yet.")
    var all = false

    @Flag(help: "Only say what would be done.")
    var dryRun = false

    @Flag(help: "Print what was done as JSON.")
    var json = false

    func validate() throws {
        let choices = [!place.isEmpty, code != nil, all].count { $0 }
        guard choices == 1 else {
            throw ValidationError("expected one of TOPIC PARTITION OFFSET, --code CODE and --all")
        }
        guard place.isEmpty || selection.place != nil else {
            throw ValidationError(
                "expected TOPIC PARTITION OFFSET, got: \(place.joined(separator: " "))"
            )
        }
        guard code == nil || selection.code != nil else {
            throw ValidationError("expected --code to be a code of a refusal, got: \(code ?? "")")
        }
    }

    var selection: DeadLetterSelection {
        var selection = DeadLetterSelection()
        if place.count == 3, let partition = Int32(place[1]), let offset = Int64(place[2]) {
            selection.place = (place[0], partition, offset)
        }
        selection.code = RefusalCode.allCases.first { $0.name == code }
        return selection
    }

    /// Does something about them beside a running worker.
    func work(
        on path: String,
        _ body: (DeadLetterWork) throws -> DeadLetterSummary
    ) throws -> DeadLetterSummary {
        let progress = ProgressLine()
        defer { progress.clear() }
        let summary: DeadLetterSummary
        do {
            var work = try DeadLetterWork(storeAt: path)
            work.onProgress = { done, count in
                progress.show { ProgressLine.commits("looking", done, of: count) }
            }
            summary = try body(work)
        } catch let error as StoreError {
            throw CommandFailure(reading: error)
        }
        guard place.isEmpty || summary.selected > 0 else {
            throw CommandFailure(
                .data,
                "expected a dead letter of \(place[0].printable) \(place[1]) at \(place[2]), got: "
                    + "none in \(path)"
            )
        }
        return summary
    }
}

/// The command `drawdown dead-letters requeue`.
struct RequeueDeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requeue",
        abstract: "Send inputs back to their topics, to be judged anew.",
        discussion: """
            Reads the store beside its worker, and publishes each input as it was received: topic, \
            partition, key, value, headers and time. A refusal never used up an id, so what can be \
            applied now is applied, once; what cannot becomes a dead letter again. Inputs that are \
            the same byte for byte are sent once. --code and --all leave out what was requeued or \
            discarded before.

            Examples:
              drawdown dead-letters requeue --config drawdown.yaml --code no_rate --dry-run
              drawdown dead-letters requeue --data ./drawdown-data usage.events 3 4711
            """
    )

    @OptionGroup var letters: DeadLetterOptions
    @OptionGroup var store: StoreOption

    func run() async throws {
        let (path, properties) = try await place()
        let summary = try letters.work(on: path) { work in
            let producer = try letters.dryRun ? nil : makeProducer(properties)
            defer { _ = producer?.close(timeout: .seconds(2)) }
            return try work.requeue(
                letters.selection,
                with: producer,
                at: UsagePipeline.SystemClock().now
            )
        }
        StandardStreams.write(
            letters.json
                ? summary.json("requeue", isDryRun: letters.dryRun)
                : summary.requeueText(isDryRun: letters.dryRun)
        )
        guard summary.failed == 0 else {
            throw CommandFailure(
                .unavailable,
                "\(summary.failed) could not be published: \(summary.failure ?? "")"
            )
        }
    }

    /// The store, and how to reach the cluster that its inputs came from.
    private func place() async throws -> (String, [String: String]) {
        if let config = store.config {
            let configuration = try ConfigurationOption.load(config)
            return (
                configuration.store.path, WorkerAssembly.producerProperties(of: configuration)
            )
        }
        let directory = try store.directory()
        let path = directory + "/dev.json"
        guard let data = FileManager.default.contents(atPath: path),
            let file = try? JSONDecoder().decode(DevelopmentFile.self, from: data)
        else {
            throw CommandFailure(
                .unavailable,
                "expected \(path) to say where Kafka is: start `drawdown dev`, or name a "
                    + "configuration with --config FILE"
            )
        }
        return (directory, ["bootstrap.servers": file.bootstrapServers])
    }

    private func makeProducer(_ properties: [String: String]) throws -> Producer {
        var properties = properties
        properties["message.timeout.ms"] = "30000"
        do {
            return try Producer(
                properties: properties,
                clientID: "drawdown-requeue",
                log: Assembly.makeLogger(level: .error).kafka
            )
        } catch {
            throw CommandFailure(kafka: error, servers: properties["bootstrap.servers"] ?? "")
        }
    }
}

/// The command `drawdown dead-letters discard`.
struct DiscardDeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Write down that they were looked at and need nothing more.",
        discussion: """
            The ledger and the topics stay as they are: what is written down, in the store's \
            directory, is that somebody looked. `requeue` with --code or --all leaves them out from \
            then on.

            Examples:
              drawdown dead-letters discard --config drawdown.yaml usage.events 3 4711
              drawdown dead-letters discard --data ./drawdown-data --code invalid_json --dry-run
            """
    )

    @OptionGroup var letters: DeadLetterOptions
    @OptionGroup var store: StoreOption

    func run() async throws {
        let summary = try letters.work(on: try store.directory()) { work in
            try work.discard(
                letters.selection,
                isDryRun: letters.dryRun,
                at: UsagePipeline.SystemClock().now
            )
        }
        StandardStreams.write(
            letters.json
                ? summary.json("discard", isDryRun: letters.dryRun)
                : summary.text(letters.dryRun ? "would be discarded" : "discarded")
        )
    }
}

extension DeadLetterSummary {
    /// For people.
    func text(_ done: String) -> String {
        guard selected > 0 else { return "No dead letters that nothing was done about.\n" }
        var table = TextTable(["TOPIC": .left, "CODE": .left, "LETTERS": .right])
        for (kind, count) in kinds.sorted(by: { $0.key < $1.key }) {
            table.append([kind.topic, kind.code, LiveFormat.count(count)])
        }
        return table.text + "\n\(LiveFormat.count(selected)) \(done)\n"
    }

    func requeueText(isDryRun: Bool) -> String {
        guard selected > 0 else { return text("") }
        let verb = isDryRun ? "would be sent back" : "were sent back to be judged anew"
        var text = text("selected") + "\(LiveFormat.count(sent)) \(verb)\n"
        if identical > 0 {
            text += "\(LiveFormat.count(identical)) are the same as others, byte for byte\n"
        }
        return text
    }

    /// For programs.
    func json(_ action: String, isDryRun: Bool) -> String {
        var json = JSONWriter()
        json.object { json in
            json.member("action", action)
            json.member("dry_run", isDryRun)
            json.member("selected", selected)
            if action == "requeue" {
                json.member("sent", sent)
                json.member("identical", identical)
                json.member("failed", failed)
                json.member("failure", orNull: failure)
            }
            json.arrayMember("kinds") { json in
                for (kind, count) in kinds.sorted(by: { $0.key < $1.key }) {
                    json.object { json in
                        json.member("topic", kind.topic)
                        json.member("code", kind.code)
                        json.member("letters", count)
                    }
                }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self) + "\n"
    }
}
