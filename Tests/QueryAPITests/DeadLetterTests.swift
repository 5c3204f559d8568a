import Credits
import LedgerStore
import Testing

@testable import QueryAPI

struct DeadLetterTests {
    private static func commit(_ number: UInt64, _ letters: [(RefusalCode, String?)])
        -> SealedCommit
    {
        var commit = Commit(number: number, recordedAt: noon, cluster: "test")
        commit.partitions = [
            PartitionProgress(topic: "usage.events", partition: 3, from: 0, next: 9)
        ]
        commit.headers = [[MessageHeader(name: "h", value: nil)]]
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
                "headers":[{"name":"h","value":null}]}],"next_cursor":"
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
}
