import ArgumentParser
import Credits
import EmbeddedLedgerStore
import LedgerStore
import Testing

@testable import Drawdown

/// Which dead letters are meant, and what of them is sent back.
@Suite struct DeadLetterWorkTests {
    private func commit(_ letters: [(value: String?, headers: [MessageHeader])]) -> Commit {
        var commit = Commit(number: 1, recordedAt: .earliest, cluster: "test")
        commit.partitions = [
            PartitionProgress(topic: "usage.events", partition: 3, from: 0, next: 9)
        ]
        for (index, letter) in letters.enumerated() {
            commit.headers.append(letter.headers)
            let message = ReceivedMessage(
                origin: Origin(partition: 0, offset: Int64(index) + 40),
                timestamp: .earliest,
                key: commit.bytes.appendSlice("acme".utf8),
                value: letter.value.map { commit.bytes.appendSlice($0.utf8) },
                headers: Int32(index)
            )
            let refusal = Refusal(index == 0 ? .noRate : .tooOld, message: "expected more")
            commit.deadLetters.append(DeadLetter(message: message, refusal: refusal))
        }
        return commit
    }

    private func selection(_ arguments: [String]) throws -> DeadLetterSelection {
        try DeadLetterOptions.parse(arguments).selection
    }

    @Test func aLetterIsItsInputWithoutWhatWasAddedToIt() throws {
        let own = MessageHeader(name: "trace", value: [1, 0, 255])
        let added = [
            MessageHeader(name: "__connect.errors.topic", value: []),
            MessageHeader(name: "drawdown.error.code", value: nil),
        ]
        let commit = commit([("{", [own] + added), (nil, [])])
        let letter = try #require(WorkableLetter(0, of: commit))
        #expect(letter.headers == [own])
        #expect(letter.key == Array("acme".utf8) && letter.value == Array("{".utf8))
        #expect(letter.place.partition.partition == 3 && letter.place.offset == 40)
        #expect(WorkableLetter(1, of: commit)?.value == nil)
    }

    @Test func inputsAreTheSameOnlyByteForByte() throws {
        let header = MessageHeader(name: "a", value: nil)
        let commit = commit([
            ("x", []), ("x", []), ("", []), (nil, []), ("x", [header]),
            ("x", [MessageHeader(name: "a", value: [])]),
        ])
        let key = HashKey(first: 1, second: 2)
        let contents = commit.deadLetters.indices.compactMap {
            WorkableLetter($0, of: commit)?.content(under: key)
        }
        #expect(contents.count == 6 && contents[0] == contents[1])
        #expect(Set(contents).count == 5)
    }

    @Test func aSelectionIsAPlaceOrACodeOrAll() throws {
        let commit = commit([("x", []), ("y", [])])
        let letters = commit.deadLetters.indices.compactMap { WorkableLetter($0, of: commit) }
        func held(_ arguments: [String]) throws -> [Int64] {
            let selection = try selection(arguments)
            return letters.filter { selection.holds($0) }.map(\.place.offset)
        }
        #expect(try held(["--all"]) == [40, 41])
        #expect(try held(["--code", "too_old"]) == [41])
        #expect(try held(["usage.events", "3", "40"]) == [40])
        #expect(try held(["usage.events", "2", "40"]) == [])
        #expect(try held(["usage", "3", "40"]) == [])
    }

    @Test(arguments: [
        [], ["--all", "--code", "no_rate"], ["t", "0"], ["t", "0", "x"], ["t", "x", "0"],
        ["--code", "nonsense"], ["t", "0", "1", "--all"], ["t", "0", "1", "2"],
    ])
    func isNoSelection(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try selection(arguments) }
    }

    @Test func aSummaryNamesTopicsAndCodes() {
        var summary = DeadLetterSummary()
        #expect(summary.requeueText(isDryRun: false).hasPrefix("No dead letters"))
        summary.selected = 3
        summary.sent = 2
        summary.identical = 1
        summary.kinds = [.init(topic: "usage.events", code: "no_rate"): 3]
        let text = summary.requeueText(isDryRun: true)
        #expect(text.contains("usage.events  no_rate        3\n"))
        #expect(text.contains("2 would be sent back\n1 are the same"))
        #expect(
            summary.json("requeue", isDryRun: false) == #"""
                {"action":"requeue","dry_run":false,"selected":3,"sent":2,"identical":1,"failed":0,\#
                "failure":null,"kinds":[{"topic":"usage.events","code":"no_rate","letters":3}]}

                """#
        )
    }
}
