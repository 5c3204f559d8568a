// Goal: the benchmark's load is what it says, and its sums are the sums of what it sends.
// Method: draw many events and count; JSON is read by Foundation, not by our own words.

import Foundation
import Testing

@testable import Drawdown

@Suite struct BenchLoadTests {
    private struct Usage: Decodable {
        let usage_id: String
        let customer_id: String
        let credits: Int
        let occurred_at: Date
    }

    private static func settings(
        _ events: Int,
        customers: Int = 1000,
        duplicates: Int = 5,
        name: String = "use"
    ) -> BenchLoad.Settings {
        BenchLoad.Settings(
            events: events,
            customers: customers,
            duplicatesPercent: duplicates,
            name: name
        )
    }

    private static func messages(_ settings: BenchLoad.Settings) -> [[UInt8]] {
        var load = BenchLoad(settings)
        return (0..<settings.events).map { _ in
            var bytes: [UInt8] = []
            load.write(load.next(), into: &bytes)
            return bytes
        }
    }

    private static func decoded(_ settings: BenchLoad.Settings) throws -> [Usage] {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let text = try decoder.singleValueContainer().decode(String.self)
            return try Date(
                text,
                strategy: .iso8601.year().month().day().time(includingFractionalSeconds: true)
            )
        }
        return try messages(settings).map { try decoder.decode(Usage.self, from: Data($0)) }
    }

    @Test func theSameSettingsMakeTheSameLoad() {
        #expect(Self.messages(Self.settings(5000)) == Self.messages(Self.settings(5000)))
    }

    @Test func loadsOfDifferentNamesHaveNoEventInCommon() throws {
        let ids = Set(try Self.decoded(Self.settings(2000)).map(\.usage_id))
        let others = Set(try Self.decoded(Self.settings(2000, name: "old")).map(\.usage_id))
        #expect(ids.isDisjoint(with: others))
    }

    @Test(arguments: [(5, 1000), (0, 1000), (100, 1000), (5, 1), (50, 7)])
    func theSumsAreThoseOfTheFirstOfEachID(duplicates: Int, customers: Int) throws {
        let settings = Self.settings(20_000, customers: customers, duplicates: duplicates)
        var first: [String: Usage] = [:]
        for usage in try Self.decoded(settings) {
            if let known = first[usage.usage_id] {
                #expect(known.customer_id == usage.customer_id)
                #expect(known.credits == usage.credits)
            } else {
                first[usage.usage_id] = usage
            }
        }
        var used = [Int](repeating: 0, count: customers)
        for usage in first.values {
            let customer = try #require(Int(usage.customer_id.dropFirst("customer-".count)))
            used[customer] += usage.credits
        }
        let sums = BenchLoad.sums(of: settings)
        #expect(sums.distinct == first.count)
        #expect(sums.used == used)
    }

    @Test func anEventHasAbout215Bytes() {
        let sizes = Self.messages(Self.settings(100_000, customers: 100_000)).map(\.count)
        let mean = Double(sizes.reduce(0, +)) / Double(sizes.count)
        #expect((205...225).contains(mean))
    }

    @Test func theShareOfRepetitionsIsThatAskedFor() {
        let settings = Self.settings(100_000)
        let repeated = settings.events - BenchLoad.sums(of: settings).distinct
        #expect((4500...5500).contains(repeated))
    }

    @Test func nearlyAllRepetitionsAreOfLatestEvents() {
        var load = BenchLoad(Self.settings(100_000))
        var (recent, repeated) = (0, 0)
        for _ in 0..<load.settings.events {
            let before = load.distinct
            let event = load.next()
            guard load.distinct == before else { continue }
            repeated += 1
            if event.number >= before - BenchLoad.recent { recent += 1 }
        }
        #expect((0.93...0.98).contains(Double(recent) / Double(repeated)))
    }

    @Test func withoutNewEventsAllButTheFirstAreRepetitions() {
        let settings = Self.settings(100_000, duplicates: 100)
        #expect(BenchLoad.sums(of: settings).distinct == 2000)
        var load = BenchLoad(settings)
        let numbers = Set((0..<settings.events).map { _ in load.next().number })
        #expect(numbers == Set(0..<2000))
    }

    @Test func noEventIsOfTheFuture() throws {
        #expect(try Self.decoded(Self.settings(2000)).allSatisfy { $0.occurred_at < .now })
    }
}

@Suite struct ZipfTableTests {
    @Test(arguments: [1, 2, 3, 10, 1000])
    func ranksComeAsOftenAsZipfSays(count: Int) {
        let table = ZipfTable(count: count)
        var random = SplitMix64(seed: 7)
        var drawn = [Double](repeating: 0, count: count)
        let draws = 200_000
        for _ in 0..<draws { drawn[table.rank(random.next())] += 1 }
        let sum = (1...count).reduce(0.0) { $0 + 1 / Double($1) }
        for rank in 0..<min(count, 10) {
            let expected = Double(draws) / (Double(rank + 1) * sum)
            #expect(abs(drawn[rank] - expected) < 6 * expected.squareRoot() + 1)
        }
    }

    @Test func theRarestComesToo() {
        let table = ZipfTable(count: 100)
        var random = SplitMix64(seed: 7)
        let ranks = Set((0..<100_000).map { _ in table.rank(random.next()) })
        #expect(ranks == Set(0..<100))
    }
}
