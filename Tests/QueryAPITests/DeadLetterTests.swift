import Credits
import LedgerStore
import Testing

@testable import QueryAPI

struct DeadLetterTests {
    private static func commit(
        _ number: UInt64,
        _ letters: [(RefusalCode, String?)],
        header: [UInt8]? = nil
    ) -> SealedCommit {
        var commit = Commit(number: number, recordedAt: noon, cluster: "test")
        commit.partitions = [
            PartitionProgress(topic: "usage.events", partition: 3, from: 0, next: 9)
        ]
        commit.headers = [[MessageHeader(name: "h", value: header)]]
        for (index, (code, value)) in letters.enumerated() {
            let message = ReceivedMessage(
                origin: Origin(partition: 0, offset: Int64(number) * 10 + Int64(index)),
                timestamp: noon,
                key: commit.bytes.appendSlice("acme".utf8),
                value: value.map { commit.bytes.appendSlice($0.utf8) },
                headers: 0
            )
            let refusal = Refusal(code, field: "credits", message: "expected more")
            commit.deadLetters.append(DeadLetter(message: message, refusal: refusal))
        }
        return SealedCommit(commit: commit, hash: [])
    }

    private static let api = makeAPI(
        FixedReader(
            [],
            letters: [
                commit(1, [(.noRate, "a"), (.invalidJSON, "{")]), commit(4, [(.noRate, nil)]),
                commit(5, [(.tooOld, "b"), (.noRate, "c"), (.noRate, "\"")]),
            ]
        )
    )

    @Test func theNewestComesFirstWithAllThatIsKnown() async {
        let answer = await Self.api.get("/v1/dead-letters?limit=1")
        #expect(
            answer.text.hasPrefix(
                #"""
                {"dead_letters":[{"code":"no_rate","field":"credits","message":"expected more",\#
                "topic":"usage.events","partition":3,"offset":52,\#
                "timestamp":"2026-11-22T12:00:00Z","recorded_at":"2026-11-22T12:00:00Z",\#
                "key":"acme","value":"\"","value_bytes":1,\#
                "headers":[{"name":"h","value":null,"value_bytes":0}]}],"next_cursor":"
                """#
            )
        )
    }

    @Test(arguments: [1, 2, 3, 5, 6, 50])
    func everyPageFollowsTheOneBefore(limit: Int) async {
        var offsets: [String] = []
        var cursor: String?
        repeat {
            let position = cursor.map { "&cursor=\($0)" } ?? ""
            let answer = await Self.api.get("/v1/dead-letters?limit=\(limit)\(position)")
            offsets += answer.values(of: "offset")
            cursor = answer.nextCursor
        } while cursor != nil && offsets.count < 20
        #expect(offsets == ["52", "51", "50", "40", "11", "10"])
    }

    @Test func aCodeChooses() async {
        let answer = await Self.api.get("/v1/dead-letters?code=no_rate&limit=500")
        #expect(answer.values(of: "offset") == ["52", "51", "40", "10"])
        #expect(await Self.api.get("/v1/dead-letters?code=too_large").values(of: "code").isEmpty)
        #expect(await Self.api.get("/v1/dead-letters?code=nothing").status == 422)
    }

    @Test func aTombstoneHasNoValue() async {
        let answer = await Self.api.get("/v1/dead-letters")
        #expect(answer.text.contains(#""value":null,"value_bytes":0"#))
    }

    @Test func keysAndValuesAreCutAndSayHowLongTheyAre() async {
        let long = String(repeating: "x", count: 20_000)
        let letter = Self.commit(1, [(.noRate, long)], header: Array(long.utf8))
        let answer = await makeAPI(FixedReader([], letters: [letter])).get("/v1/dead-letters")
        let cut = #""value":"\#(long.prefix(16_384))","value_bytes":20000"#
        #expect(answer.text.contains(#""key":"acme",\#(cut),"headers":[{"name":"h",\#(cut)}]"#))
    }

    @Test func aPageOfLargeLettersEndsEarlyAndTheOthersFollow() async throws {
        let large = String(repeating: "x", count: 16_384)
        let letters = [(RefusalCode, String?)](repeating: (.noRate, large), count: 100)
        let commits = (1...3).map { Self.commit($0, letters) }
        let api = makeAPI(FixedReader([], letters: commits))
        var pages: [[DeadLetterPosition]] = []
        var next: DeadLetterPosition?
        repeat {
            let page = try await api.deadLetters(before: next, code: nil, limit: 500)
            pages.append(page.letters.map(\.position))
            next = page.next
        } while next != nil && pages.count < 10
        #expect(pages.count == 2)
        let all = [UInt64(3), 2, 1].flatMap { commit in
            (0..<100).reversed().map { DeadLetterPosition(commit: commit, index: UInt32($0)) }
        }
        #expect(pages.flatMap { $0 } == all)
    }

    @Test func aUsageIDIsLookedForInTheValuesOfTheLatest() async {
        let answer = await Self.api.get("/usage?usage_id=c")
        #expect(answer.text.contains("These dead letters name it:"))
        #expect(answer.text.contains("usage.events 3 at 51"))
        #expect(!answer.text.contains("usage.events 3 at 50"))
    }
}
