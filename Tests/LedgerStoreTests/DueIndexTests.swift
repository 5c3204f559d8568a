import Credits
import Testing

@testable import LedgerStore

@Suite("Due index")
struct DueIndexTests {
    @Test func itAgreesWithAListThatIsSearched() {
        var index = DueIndex()
        var model: [UInt32: Timestamp] = [:]
        var state: UInt64 = 5
        for step in 0..<3000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let account = UInt32(state >> 33) % 40 + 1
            let at = state % 5 == 0 ? nil : Timestamp(microseconds: Int64(state >> 50))
            index.set(account, at)
            model[account] = at
            #expect(index.next() == model.values.min())
            guard step % 10 == 0, let now = Timestamp(microseconds: Int64(state >> 51)) else {
                continue
            }
            let expected = model.filter { $0.value <= now }
                .sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
            #expect(index.accounts(by: now, maximum: 100) == expected)
            #expect(index.accounts(by: now, maximum: 3) == Array(expected.prefix(3)))
        }
    }
}
