import Credits
import EmbeddedLedgerStore
import Foundation
import LedgerStore
import UsageCodec

/// One campaign: a broker, a load, and a worker that is killed.
final class Campaign {
    private let programs: String
    private let directory: URL
    private let broker: Process
    private let brokerInput = Pipe()
    private let load: Load
    private let triggers: TriggerLog
    private var random: SystemlessRandom
    private var killed = 0
    private var worker: Process?
    private(set) var summary = ""

    private var storePath: String { directory.appendingPathComponent("store").path }
    private var configurationPath: String { directory.appendingPathComponent("drawdown.yaml").path }

    init(programs: String, rate: Int, duplicates: Int, seed: UInt64) throws {
        self.programs = programs
        random = SystemlessRandom(state: seed &+ 1)
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("drawdown-crash-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: directory,
            withIntermediateDirectories: true
        )
        let addressFile = directory.appendingPathComponent("broker").path
        broker = Process()
        broker.executableURL = URL(fileURLWithPath: "\(programs)/mock-broker")
        broker.arguments = ["--address-file", addressFile, "--until-eof"]
        for topic in ["usage.events", "credits.commands", "webhook.triggers", "usage.dead-letters"]
        {
            broker.arguments? += ["--topic", "\(topic):4"]
        }
        // The broker ends with this process, however that ends.
        broker.standardInput = brokerInput
        broker.standardOutput = FileHandle.nullDevice
        try broker.run()
        let address = try Self.address(in: addressFile)
        load = try Load(
            bootstrapServers: address,
            rate: rate,
            duplicates: duplicates,
            seed: seed
        )
        triggers = try TriggerLog(bootstrapServers: address)
        try Self.configuration(bootstrapServers: address, storePath: storePath)
            .write(toFile: configurationPath, atomically: true, encoding: .utf8)
    }

    private static func address(in file: String) throws -> String {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if let text = try? String(contentsOfFile: file, encoding: .utf8), text.hasSuffix("\n") {
                let line = text.trimmingCharacters(in: .whitespacesAndNewlines)
                return String(line.drop { $0 != "=" }.dropFirst())
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
        throw CampaignError("the broker did not start")
    }

    private static func configuration(bootstrapServers: String, storePath: String) -> String {
        """
        kafka:
          bootstrap.servers: \(bootstrapServers)
          group.id: crash-campaign
        start: earliest
        store: { embedded: { path: \(storePath), reserve: 64MiB } }
        http: { listen: "127.0.0.1:0" }
        triggers: { coalesce: PT0.2S }
        """
    }

    // MARK: Killing

    func killRepeatedly(_ count: Int) throws {
        load.start()
        triggers.start()
        for _ in 0..<count {
            let worker = try startWorker()
            // From before the store is open to well into the work.
            let lifetime = 0.02 + Double(random.next() % 1000) / 1000
            Thread.sleep(forTimeInterval: lifetime)
            guard worker.isRunning else {
                throw CampaignError("the worker ended by itself with \(worker.terminationStatus)")
            }
            kill(worker.processIdentifier, SIGKILL)
            worker.waitUntilExit()
            killed += 1
            if killed % 20 == 0 { print("  \(killed) kills, \(load.sent.messages) messages sent") }
        }
    }

    private func startWorker() throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(programs)/drawdown")
        process.arguments = ["run", "--config", configurationPath, "--without-group"]
        let log = directory.appendingPathComponent("worker.log")
        if !FileManager.default.fileExists(atPath: log.path) {
            try Data().write(to: log)
        }
        let handle = try FileHandle(forWritingTo: log)
        try handle.seekToEnd()
        process.standardError = handle
        try process.run()
        worker = process
        return process
    }

    /// Lets the worker come to the end of its input, then ends it as an operator would.
    func finish() throws {
        try load.stop()
        let worker = try startWorker()
        let expected = load.sent.messages
        let deadline = ContinuousClock.now + .seconds(60)
        while try read().outcomes.total < UInt64(expected) {
            guard ContinuousClock.now < deadline else {
                throw CampaignError("the worker did not come to the end of its input")
            }
            guard worker.isRunning else {
                throw CampaignError("the worker ended with \(worker.terminationStatus)")
            }
            Thread.sleep(forTimeInterval: 0.2)
        }
        // A change that waits for its announcement falls due within `triggers.coalesce`.
        Thread.sleep(forTimeInterval: 1)
        worker.terminate()
        worker.waitUntilExit()
        guard worker.terminationStatus == 0 else {
            throw CampaignError("SIGTERM ended the worker with \(worker.terminationStatus)")
        }
        try triggers.stop()
    }

    // MARK: Checking

    private struct Reading {
        var outcomes = OutcomeCounts()
        var balances: [String: Amount] = [:]
        var ids: [String: Int] = [:]
        var owed: [String] = []
        var faults: [String] = []
        var commits: UInt64 = 0
    }

    private func read(whole: Bool = false) throws -> Reading {
        let journal = try EmbeddedJournal(readOnly: storePath)
        var reading = Reading()
        let encoder = MessageEncoder { _, _ in nil }
        for number in stride(from: 1, through: journal.head.number, by: 1) {
            guard let bytes = try journal.bytes(ofCommit: number) else { continue }
            let sealed = try JournalFormat.decode(bytes, under: journal.identity.hashKey)
            reading.outcomes += sealed.commit.outcomes
            reading.commits = number
            if whole { Self.add(sealed, to: &reading, encoder) }
        }
        if whole { reading.faults = journal.verify().faults.map { "verify: \($0.message)" } }
        return reading
    }

    private static func add(
        _ sealed: SealedCommit,
        to reading: inout Reading,
        _ encoder: MessageEncoder
    ) {
        let commit = sealed.commit
        for entry in commit.entries {
            reading.balances[commit.customerID(of: commit.groups[Int(entry.group)])] =
                entry.balanceAfter
            guard entry.type == .creditsConsumed else { continue }
            reading.ids[commit.bytes.string(of: entry.usageID), default: 0] += 1
        }
        for message in encoder.messages(of: commit, hash: sealed.hash).copies
        where message.kind == .trigger {
            let header = message.headers.first { $0.name == "webhook-id" }
            reading.owed.append(String(decoding: header?.value ?? [], as: UTF8.self))
        }
    }

    /// Everything that is not as it was promised.
    func faults() throws -> [String] {
        let reading = try read(whole: true)
        let sent = load.sent
        let published = triggers.all
        summary =
            "\(killed) kills, \(sent.messages) messages, \(reading.outcomes.applied) applied, "
            + "\(reading.outcomes.duplicate) duplicates, \(reading.commits) commits, "
            + "\(reading.owed.count) triggers owed, \(published.count) published"
        var faults = reading.faults
        for (customer, balance) in sent.balances
        where reading.balances[customer] != Amount(whole: balance) {
            let got = reading.balances[customer]?.description ?? "none"
            faults.append("\(customer): expected a balance of \(balance), got: \(got)")
        }
        for id in sent.ids where reading.ids[id] != 1 {
            faults.append("\(id): expected one entry, got: \(reading.ids[id] ?? 0)")
        }
        let missing = Set(reading.owed).subtracting(published)
        faults += missing.map { "trigger \($0) was never published" }
        let unknown = Set(published).subtracting(reading.owed)
        faults += unknown.map { "trigger \($0) was published though nothing owes it" }
        return faults
    }

    func cleanUp() {
        if let worker, worker.isRunning { kill(worker.processIdentifier, SIGKILL) }
        try? brokerInput.fileHandleForWriting.close()
        broker.waitUntilExit()
        try? FileManager.default.removeItem(at: directory)
    }
}
