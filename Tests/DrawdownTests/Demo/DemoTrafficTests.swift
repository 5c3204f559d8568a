// Goal: the demo's stream is believable, repeatable, and in the proportions that it promises.
// Method: draw many messages and count; JSON is read by Foundation, not by our own words.

import Credits
import Foundation
import Testing

@testable import Drawdown

@Suite struct DemoTrafficTests {
    private static func draw(_ count: Int, seed: UInt64 = 7) -> [DemoMessage] {
        var traffic = DemoTraffic(seed: seed)
        return (0..<count).map { _ in traffic.next() }
    }

    private static func object(_ message: DemoMessage) -> [String: Any]? {
        try? JSONSerialization.jsonObject(with: Data(message.value)) as? [String: Any]
    }

    @Test func theSameSeedMakesTheSameStream() {
        #expect(Self.draw(5000) == Self.draw(5000))
    }

    @Test func anotherSeedMakesOtherIDs() {
        let ids = Set(Self.draw(2000).compactMap { Self.object($0)?["usage_id"] as? String })
        let others = Self.draw(2000, seed: 8).compactMap { Self.object($0)?["usage_id"] as? String }
        #expect(!others.isEmpty)
        #expect(ids.isDisjoint(with: others))
    }

    @Test func manyCustomersArriveAtOnce() {
        let customers = Set(Self.draw(60).map(\.key))
        #expect(customers.count == 60)
        #expect(customers.contains("cus_aurora_studio"))
        #expect(Set(Self.draw(15_000).map(\.key)).count == DemoCustomers.count)
    }

    @Test func everyCustomerHasANameOfItsOwn() {
        let names = Set((0..<DemoCustomers.count).map(DemoCustomers.name))
        #expect(names.count == DemoCustomers.count)
        #expect(DemoCustomers.count >= 200)
    }

    @Test func proportionsHold() {
        var first: [String: [UInt8]] = [:]
        var (usage, commands, duplicates, conflicts, malformed, explicit) = (0, 0, 0, 0, 0, 0)
        for message in Self.draw(50_000) {
            guard message.topic == .usage else {
                commands += 1
                continue
            }
            usage += 1
            guard let event = Self.object(message), let id = event["usage_id"] as? String,
                !id.hasPrefix("odd")
            else {
                malformed += 1
                continue
            }
            if event["credits"] != nil { explicit += 1 }
            if let known = first[id] {
                if known == message.value { duplicates += 1 } else { conflicts += 1 }
            } else {
                first[id] = message.value
            }
        }
        #expect((900...1100).contains(duplicates))
        #expect((30...70).contains(conflicts))
        #expect((30...70).contains(malformed))
        #expect((1500...2500).contains(explicit))
        #expect((300...5000).contains(commands))
        #expect(usage + commands == 50_000)
    }

    @Test func popularityFallsAsZipfSays() {
        var counts: [String: Int] = [:]
        for message in Self.draw(40_000) where message.topic == .usage {
            counts[message.key, default: 0] += 1
        }
        let first = counts[DemoCustomers.name(0)] ?? 0
        let tenth = counts[DemoCustomers.name(9)] ?? 0
        #expect((8 * tenth...12 * tenth).contains(first))
    }

    @Test func aCustomerIsGrantedCreditsBeforeUsingAny() {
        var granted: Set<String> = []
        for message in Self.draw(10_000) {
            if message.topic == .commands, Self.object(message)?["type"] as? String == "grant" {
                granted.insert(message.key)
            } else if let event = Self.object(message), event["action"] != nil,
                event["usage_id"] != nil
            {
                #expect(granted.contains(message.key))
            }
        }
    }

    @Test func everyCommandIsWhole() throws {
        var types: Set<String> = []
        var ids: Set<String> = []
        for message in Self.draw(20_000) where message.topic == .commands {
            let command = try #require(Self.object(message))
            #expect(command["customer_id"] as? String == message.key)
            #expect(ids.insert(try #require(command["command_id"] as? String)).inserted)
            types.insert(try #require(command["type"] as? String))
            if let credits = command["credits"] as? String {
                #expect(try Amount(credits).isPositive)
            }
        }
        #expect(types == ["grant", "configure"])
    }

    @Test func everyActionWithoutAPriceOfItsOwnIsOnTheRateCard() {
        let book = RateBook(cards: [DemoRates.card])
        for message in Self.draw(5_000) where message.topic == .usage {
            guard let event = Self.object(message), event["credits"] == nil,
                let action = event["action"] as? String
            else { continue }
            let bytes = Array(action.utf8)
            let none: [UInt8] = []
            let match = book.match(
                action: bytes.span,
                dimensions: none.span,
                occurredAt: .latest
            )
            #expect(match != nil)
        }
    }

    @Test func balancesFallAndAreFilledAgain() {
        let purchases = Self.draw(20_000).count { message in
            Self.object(message)?["source"] as? String == "top_up"
        }
        #expect(purchases > 50)
    }
}

@Suite struct SplitMix64Tests {
    /// The reference implementation's first numbers.
    @Test func itIsTheGeneratorThatItSaysItIs() {
        var random = SplitMix64(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
    }
}

@Suite struct DemoRoomTests {
    @Test func nothingIsSentWhileTheWorkerIsTooFarBehind() {
        var room = DemoRoom()
        room.note(lag: Int64(DemoRoom.maximumLag), queued: 0)
        #expect(room.take(1) == 0)
        room.note(lag: Int64(DemoRoom.maximumLag) + 7, queued: 0)
        #expect(room.take(1) == 0)
        room.note(lag: Int64(DemoRoom.maximumLag) - 7, queued: 3)
        #expect(room.take(100) == 4)
    }

    @Test func noMoreIsSentThanFitsBeforeTheNextLook() {
        var room = DemoRoom()
        var sent = 0
        for _ in 0..<100 { sent += room.take(1000) }
        #expect(sent == DemoRoom.maximumLag)
        // Whoever got no answer knows no more than before.
        room.note(lag: nil, queued: 0)
        #expect(room.take(1) == 0)
        room.note(lag: 0, queued: 0)
        #expect(room.take(1000) == 1000)
    }
}

@Suite struct DemoPaceTests {
    @Test func theRateHoldsWhateverTheRhythmIs() {
        var pace = DemoPace(rate: 30)
        var sent = 0
        for step in 1...1000 { sent += pace.due(at: .milliseconds(step * 7)) }
        #expect(sent == 210)
    }

    @Test func aStallIsNotMadeUpFor() {
        var pace = DemoPace(rate: 100)
        #expect(pace.due(at: .seconds(60)) == 100)
        #expect(pace.due(at: .seconds(60)) == 0)
        #expect(pace.due(at: .milliseconds(60_500)) == 50)
    }
}
