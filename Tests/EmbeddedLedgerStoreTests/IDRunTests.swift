import Credits
@testable import EmbeddedLedgerStore
import Foundation
import LedgerStore
import Testing

// Files of ids, held against a dictionary: what is in them, what is found, what is merged.

@Suite("Runs of ids")
struct IDRunTests {
    private let directory = TemporaryDirectory()
    private let folders: SealedFolders

    init() throws {
        folders = SealedFolders(in: directory.path, uuid: String(repeating: "a5", count: 16))
        try folders.sweep(keeping: Manifest())
    }

    private func batch(_ ids: [IDKey: KnownID], _ commits: ClosedRange<UInt64>) -> IDBatch {
        var table = IDTable()
        for (key, known) in ids { table.set(key, known) }
        return IDBatch(ids: table, commits: commits)
    }

    private func seal(
        _ ids: [IDKey: KnownID],
        _ commits: ClosedRange<UInt64>,
        id: UInt64,
        filterBufferBytes: Int = 256
    ) throws -> FilteredRun {
        var writer = try IDRunWriter(
            directory: folders.ids,
            id: id,
            tier: 0,
            store: folders.store,
            commits: commits,
            capacity: ids.count,
            filterBufferBytes: filterBufferBytes,
            rest: { _ in }
        )
        try batch(ids, commits).ids.forEachAscending { key, known throws(StoreError) in
            try writer.append(key, known)
        }
        try writer.end()
        try writer.sync()
        try writer.rename()
        return try FilteredRun(try writer.seal().run)
    }

    private func merge(_ runs: [FilteredRun], id: UInt64) throws -> FilteredRun {
        let merge = try IDRunMerge(
            runs.map(\.run),
            directory: folders.ids,
            id: id,
            store: folders.store,
            filterBufferBytes: 256,
            rest: { _ in }
        )
        while try !merge.step(byteCount: 5000) {}
        try merge.writer.sync()
        try merge.writer.rename()
        return try FilteredRun(try merge.writer.seal().run)
    }

    private func ids(
        _ count: Int,
        commit: UInt64,
        _ random: inout SplitMix64
    ) -> [IDKey: KnownID] {
        var ids: [IDKey: KnownID] = [:]
        while ids.count < count {
            ids[IDKey(high: random.next(), low: random.next())] = KnownID(
                fingerprint: random.next(),
                commit: commit
            )
        }
        return ids
    }

    private func fault(_ row: RunRow, _ expected: IDContent) -> String? {
        let check = RunUnderCheck(row, folders)
        let scans = RunScan.scan([check.run].compactMap { $0 }) { _, _, _ in }
        return check.fault(scans.first, expecting: expected)
    }

    private func find(_ keys: [IDKey], _ runs: [FilteredRun]) throws -> [KnownID?] {
        let files = SealedFiles(folders, runs: runs, segments: [])
        var known = [KnownID?](repeating: nil, count: keys.count)
        try files.find(keys, &known)
        return known
    }

    @Test(arguments: [0, 1, 2, 71, 72, 73, 144, 145, 5000])
    func whatIsWrittenIsFoundAndNothingElse(_ count: Int) throws {
        var random = SplitMix64(seed: UInt64(count))
        let there = ids(count, commit: 3, &random)
        let run = try seal(there, 1...3, id: 1)
        #expect(run.run.header.content.count == UInt64(count))
        let absent = ids(20_000, commit: 0, &random)
        let keys = Array(there.keys) + Array(absent.keys)
        let known = try find(keys, [run])
        for (key, known) in zip(keys, known) { #expect(known == there[key]) }
    }

    @Test func commitsAreToldApartAsFarAsARunReaches() throws {
        var random = SplitMix64(seed: 9)
        let (first, last): (UInt64, UInt64) = (7, 6 + IDRunFormat.maximumSpan)
        var there = ids(500, commit: last, &random)
        for (key, known) in ids(501, commit: first, &random) { there[key] = known }
        for (key, known) in ids(3, commit: first + 1 << 31, &random) { there[key] = known }
        let run = try seal(there, first...last, id: 1)
        let keys = Array(there.keys)
        #expect(try find(keys, [run]) == keys.map { there[$0] })
    }

    @Test func aFileOfAnotherFormatIsNotTakenForADamagedOne() throws {
        var random = SplitMix64(seed: 3)
        let run = try seal(ids(10, commit: 1, &random), 1...1, id: 1).run
        let row = RunRow(
            id: 1,
            tier: 0,
            commits: 1...1,
            content: run.header.content,
            byteCount: run.header.fileByteCount
        )
        var words = run.header.words
        func code() throws -> StoreError.Code? {
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: run.path))
            try unsafe words.withUnsafeBytes { try unsafe file.write(contentsOf: Data($0)) }
            try file.close()
            do {
                _ = try IDRun(directory: folders.ids, row: row, store: folders.store)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(try code() == nil)
        words[1] = 1
        #expect(try code() == .damaged)
        words[IDRunFormat.checksumWord] = IDRunFormat.checksum(ofBlock: words.span)
        #expect(try code() == .unusable)
    }

    @Test func aFileIsWrittenInPiecesBehindEachOfWhichOthersGoFirst() throws {
        var rests: [Int] = []
        let file = try SealedFileWriter(directory: folders.ids, name: "file") {
            rests.append($0)
        }
        let some = [UInt8](repeating: 1, count: 100_000)
        for _ in 0..<7 { try file.append(some.span) }
        try file.sync()
        #expect(rests == [300_000, 300_000, 100_000])
    }

    @Test func keysAtTheEndsAndKeysThatShareTheirHighBitsAreFound() throws {
        var there: [IDKey: KnownID] = [:]
        for high in [0, 1, 7, UInt64.max - 1, .max] {
            for low in [0, 1, UInt64.max] + (2..<150).map({ UInt64($0) }) {
                there[IDKey(high: high, low: low)] = KnownID(fingerprint: low, commit: high & 1)
            }
        }
        let run = try seal(there, 0...1, id: 1)
        let keys = Array(there.keys)
        #expect(try find(keys, [run]) == keys.map { there[$0] })
        let newer = there.mapValues {
            KnownID(fingerprint: $0.fingerprint, commit: $0.commit + 2)
        }
        let merged = try merge([try seal(newer, 2...3, id: 2), run], id: 3)
        #expect(merged.run.header.content.count == UInt64(keys.count))
        #expect(try find(keys, [merged]) == keys.map { newer[$0] })
    }

    @Test func anIDThatTheFilterLetsPassByChanceIsStillUnknown() throws {
        var random = SplitMix64(seed: 5)
        let run = try seal(ids(5000, commit: 1, &random), 1...1, id: 1)
        let absent = Array(ids(200_000, commit: 0, &random).keys)
        let pending = absent.indices.map { Int32($0) }
        let passed = run.filter.candidates(absent, pending: pending)
        // Some must pass, or this shows nothing; and not many.
        #expect(passed.count > 50 && passed.count < 1000)
        #expect(try find(absent, [run]).allSatisfy { $0 == nil })
    }

    @Test func theNewestMeaningOfAnIDIsTheOneThatCounts() throws {
        var random = SplitMix64(seed: 6)
        var model: [IDKey: KnownID] = [:]
        var runs: [FilteredRun] = []
        var hot: [IDKey] = []
        for number: UInt64 in 1...8 {
            var ids = ids(700, commit: number, &random)
            for key in hot { ids[key] = KnownID(fingerprint: number, commit: number) }
            hot += ids.keys.prefix(40)
            model.merge(ids) { $1 }
            runs.insert(try seal(ids, number...number, id: number), at: 0)
        }
        let keys = Array(model.keys)
        let expected = keys.map { model[$0] }
        #expect(try find(keys, runs) == expected)
        let old = try merge(Array(runs.suffix(4)), id: 9)
        #expect(try find(keys, runs.prefix(4) + [old]) == expected)
        let all = try merge(runs.prefix(4) + [old], id: 10)
        #expect(try find(keys, [all]) == expected)
        #expect(all.run.header.commits == 1...8)
        var content = IDContent()
        for (key, known) in model { content.add(key, known) }
        #expect(all.run.header.content == content)
        let row = RunRow(
            id: 10,
            tier: all.run.tier,
            commits: 1...8,
            content: content,
            byteCount: all.run.header.fileByteCount
        )
        #expect(fault(row, content) == nil)
        content.add(keys[0], KnownID(fingerprint: 0, commit: 0))
        #expect(fault(row, content) != nil)
    }

    @Test func aRunThatWasRemovedIsReadableForThoseWhoHaveIt() throws {
        var random = SplitMix64(seed: 7)
        let there = ids(300, commit: 1, &random)
        let run = try seal(there, 1...1, id: 1)
        try FileManager.default.removeItem(atPath: run.run.path)
        let keys = Array(there.keys)
        #expect(try find(keys, [run]) == keys.map { there[$0] })
    }

    @Test func aFilterIsTheSameWhetherItFitsIntoMemoryOrNot() throws {
        var random = SplitMix64(seed: 10)
        let there = ids(5000, commit: 1, &random)
        let whole = try seal(there, 1...1, id: 1, filterBufferBytes: 1 << 20)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: whole.run.path))
        for buffer in [8, 64, 700, 8000, 9000] {
            let pieced = try seal(there, 1...1, id: 1, filterBufferBytes: buffer)
            #expect(try Data(contentsOf: URL(fileURLWithPath: pieced.run.path)) == bytes)
        }
        // What it was written to meanwhile has no name any more.
        let names = try FileManager.default.contentsOfDirectory(atPath: folders.ids)
        #expect(names.count == 1)
    }

    @Test func aKeyIsInTheLineThatItIsTheFirstOf() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<2000 {
            let lineCount = Int(random.next() >> (24 + random.next() % 40)) + 1
            let line = Int(random.next() % UInt64(lineCount))
            guard let first = RunFilter.firstKey(ofLine: line, lineCount: lineCount) else {
                Issue.record("expected line \(line) of \(lineCount) to have a first key")
                continue
            }
            #expect(RunFilter.line(of: first, lineCount: lineCount) == line)
            #expect(first == 0 || RunFilter.line(of: first - 1, lineCount: lineCount) == line - 1)
            #expect(RunFilter.firstKey(ofLine: lineCount, lineCount: lineCount) == nil)
        }
    }

    /// Of which runs every other one came into memory in parts of another size.
    private func runsInParts(_ model: inout [IDKey: KnownID]) throws -> [FilteredRun] {
        var random = SplitMix64(seed: 12)
        var runs: [FilteredRun] = []
        for number: UInt64 in 1...6 {
            var new = ids(900, commit: number, &random)
            // Some have a newer meaning.
            for key in model.keys.prefix(50) {
                new[key] = KnownID(fingerprint: number, commit: number)
            }
            model.merge(new) { $1 }
            let run = try seal(new, number...number, id: number).run
            let filter = try filter(of: run, partShift: number % 2 == 0 ? 2 : 4)
            runs.insert(FilteredRun(run, filter), at: 0)
        }
        return runs
    }

    private func filter(of run: IDRun, partShift: Int, parts: Int = .max) throws -> RunFilter {
        var filter = RunFilter(lineCount: run.header.filterLineCount, partShift: partShift)
        for index in 0..<min(filter.partCount, parts) {
            filter = filter.adding(try run.readPart(index, of: filter), at: index)
        }
        return filter
    }

    @Test(arguments: [0, 1, 3, 5, 15])
    func everyIDIsFoundWhileAMergedRunTakesThePlaceOfOthers(_ partShift: Int) throws {
        var model: [IDKey: KnownID] = [:]
        let runs = try runsInParts(&model)
        let sources = Array(runs[1...4])
        let merged = try merge(sources, id: 9).run
        let files = SealedFiles(folders, runs: runs, segments: [])
        let keys = Array(model.keys)
        let expected = keys.map { model[$0] }
        let partCount = try filter(of: merged, partShift: partShift).partCount
        let before = files.runs.reduce(0) { $0 + $1.filter.byteCount }
        for index in 0..<partCount {
            let filter = try filter(of: merged, partShift: partShift, parts: index + 1)
            files.replace(
                sources.map(\.run),
                by: FilteredRun(merged, filter),
                below: filter.end(ofPart: index)
            )
            var known = [KnownID?](repeating: nil, count: keys.count)
            try files.find(keys, &known)
            #expect(known == expected)
            // Each part in memory once, but for those that are on both sides of the end.
            let bytes = files.runs.reduce(0) { $0 + $1.filter.byteCount }
            let part = RunFilter.byteCount(lines: min(1 << partShift, filter.lineCount))
            #expect(bytes <= before + part + sources.count * RunFilter.byteCount(lines: 16))
        }
        #expect(files.runs.map(\.run.header.id) == [6, 9, 1])
        let whole = RunFilter.byteCount(lines: merged.header.filterLineCount)
        #expect(files.runs[1].filter.byteCount == whole)
    }

    @Test func aRunThatIsMergedBeforeItCountsIsLetGoOnceItDoes() throws {
        var model: [IDKey: KnownID] = [:]
        let runs = try runsInParts(&model)
        // The newest one is sealed and not named yet: its ids are in memory.
        let files = SealedFiles(folders, runs: Array(runs[1...]), segments: [])
        let sources = Array(runs[0...3])
        let merged = try merge(sources, id: 9)
        files.replace(sources.map(\.run), by: merged, below: nil)
        #expect(files.runs.map(\.run.header.id) == [9, 2, 1])
        files.add(runs[0])
        let keys = Array(model.keys)
        var known = [KnownID?](repeating: nil, count: keys.count)
        try files.find(keys, &known)
        #expect(known == keys.map { model[$0] })
        files.remove(sources.map(\.run))
        #expect(files.runs.map(\.run.header.id) == [9, 2, 1])
    }

    @Test func anIDThatStandsInTwoRunsIsNoticed() throws {
        var random = SplitMix64(seed: 9)
        let old = ids(500, commit: 1, &random)
        var new = ids(500, commit: 2, &random)
        let twice = try #require(old.keys.first)
        new[twice] = KnownID(fingerprint: 0, commit: 2)
        let runs = [try seal(new, 2...2, id: 2), try seal(old, 1...1, id: 1)]
        var noticed: [IDKey] = []
        let scans = RunScan.scan(runs) { key, newer, older in
            #expect(newer == 2 && older == 1)
            noticed.append(key)
        }
        #expect(noticed == [twice])
        #expect(scans.map(\.content) == runs.map(\.run.header.content))
    }

    @Test func everyFlippedBitOfARunIsFound() throws {
        var random = SplitMix64(seed: 8)
        let there = ids(130, commit: 1, &random)
        let run = try seal(there, 1...1, id: 1)
        let row = RunRow(
            id: 1,
            tier: 0,
            commits: 1...1,
            content: run.run.header.content,
            byteCount: run.run.header.fileByteCount
        )
        #expect(fault(row, run.run.header.content) == nil)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: run.run.path))
        for _ in 0..<300 {
            var damaged = bytes
            damaged[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
            try damaged.write(to: URL(fileURLWithPath: run.run.path))
            #expect(fault(row, run.run.header.content) != nil)
        }
    }
}
