import Credits
import Testing

/// The table of applied ids behaves as a dictionary that keeps the first value.
@Suite struct IDTableTests {
    private func known(_ number: Int) -> KnownID {
        KnownID(fingerprint: UInt64(number) &* 31, commit: UInt64(number))
    }

    @Test(arguments: [
        // How many first bits differ: 0 puts every key into one run of slots.
        0, 1, 4, 64,
    ])
    func itAgreesWithADictionary(firstBits: Int) {
        var generator = SplitMix64(seed: UInt64(firstBits))
        var table = IDTable()
        var model: [IDKey: KnownID] = [:]
        let mask: UInt64 = firstBits == 0 ? 0 : .max << UInt64(64 - firstBits)
        for number in 0..<3000 {
            let key = IDKey(
                high: UInt64.random(in: .min ... .max, using: &generator) & mask,
                low: UInt64.random(in: 0..<2000, using: &generator)
            )
            #expect(table[key] == model[key])
            table.insert(key, known(number))
            model[key] = model[key] ?? known(number)
            #expect(table[key] == model[key])
        }
        #expect(table.count == model.count)
        for (key, value) in model { #expect(table[key] == value) }
        var asked = Array(model.keys)
        asked += [IDKey(high: 0, low: 0), IDKey(high: 5000, low: 0), IDKey(high: 5000, low: 7)]
        #expect(table.find(asked.span) == asked.map { model[$0] })
        var read: [IDKey] = []
        table.forEachAscending { key, known in
            read.append(key)
            #expect(known == model[key])
        }
        #expect(read == model.keys.sorted())
    }

    @Test(arguments: [0, 1, 2, 5])
    func idsThatCameAroundFromTheEndAreReadLast(atTheStart count: Int) {
        var table = IDTable()
        let last = (0..<4).map { IDKey(high: .max - UInt64($0), low: 1) }
        // They take the first slots before those to whom these belong.
        for key in last { table.insert(key, known(1)) }
        let first = (0..<count).map { IDKey(high: UInt64($0), low: 1) }
        for key in first { table.insert(key, known(2)) }
        var read: [IDKey] = []
        table.forEachAscending { key, _ in read.append(key) }
        #expect(read == first + last.reversed())
    }

    @Test func askedForNothingItSaysNothing() {
        #expect(IDTable().find([IDKey]().span).isEmpty)
    }

    @Test func itLendsItsMemoryBeforeItIsWrittenTo() {
        var lent = 0
        var table = unsafe IDTable(capacity: 1000) { lent = $0.count }
        #expect(lent >= 1000 * 32)
        table.insert(IDKey(high: 1, low: 2), known(1))
        #expect(table.count == 1)
    }

    @Test func theUsageOfACommitGoesInAsItsIdsDoOneByOne() {
        var generator = SplitMix64(seed: 5)
        var commit = Commit(number: 7, recordedAt: .earliest, cluster: "")
        var together = IDTable()
        var oneByOne = IDTable()
        for number in 0..<1000 {
            let low = UInt64.random(in: 0..<200, using: &generator)
            // Some are there already, some come twice, one is all zeros.
            let key = IDKey(high: number == 501 ? 0 : low % 3, low: number == 501 ? 0 : low)
            if number % 10 == 0 {
                together.insert(key, known(number))
                oneByOne.insert(key, known(number))
                continue
            }
            commit.entries.append(
                Entry(
                    group: 0,
                    type: .creditsConsumed,
                    sequence: UInt64(number),
                    amount: .zero,
                    balanceBefore: .zero,
                    allocationStart: 0,
                    allocationCount: 0,
                    detail: number % 11 == 0 ? 0 : -1,
                    key: key,
                    fingerprint: UInt64(number),
                    occurredAt: .earliest,
                    origin: .time
                )
            )
        }
        together.insertUsage(of: commit)
        for entry in commit.entries where entry.isUsage {
            oneByOne.insert(entry.key, KnownID(fingerprint: entry.fingerprint, commit: 7))
        }
        #expect(together.count == oneByOne.count)
        oneByOne.forEach { key, known in #expect(together[key] == known) }
    }

    @Test func aKeyOfZerosIsAKeyAsAnyOther() {
        var table = IDTable()
        let zero = IDKey(high: 0, low: 0)
        #expect(table[zero] == nil)
        table.insert(zero, known(1))
        table.insert(zero, known(2))
        #expect(table[zero] == known(1))
        #expect(table.count == 1)
        #expect(table[IDKey(high: 0, low: 16)] == nil)
        #expect(table[IDKey(high: 1, low: 0)] == nil)
    }

    @Test func keysThatDifferInOneHalfAreDifferent() {
        var table = IDTable()
        table.insert(IDKey(high: 1, low: 2), known(1))
        #expect(table[IDKey(high: 2, low: 2)] == nil)
        #expect(table[IDKey(high: 1, low: 18)] == nil)
        #expect(table[IDKey(high: 1, low: 2)] == known(1))
    }

    @Test func forgettingLeavesAnEmptyTableThatCanBeFilledAgain() {
        var table = IDTable(capacity: 10)
        for number in 0..<100 { table.insert(IDKey(high: UInt64(number), low: 3), known(number)) }
        table.removeAll()
        #expect(table.count == 0)
        for number in 0..<100 { #expect(table[IDKey(high: UInt64(number), low: 3)] == nil) }
        table.insert(IDKey(high: 5, low: 3), known(7))
        #expect(table[IDKey(high: 5, low: 3)] == known(7))
    }

    @Test func whatIsSetTakesThePlaceOfWhatWasKnown() {
        var table = IDTable()
        for high in [UInt64(0), 5] {
            let key = IDKey(high: high, low: 0)
            table.set(key, known(1))
            table.set(key, known(2))
            #expect(table[key] == known(2))
            table.insert(key, known(3))
            #expect(table[key] == known(2))
        }
        #expect(table.count == 2)
    }
}
