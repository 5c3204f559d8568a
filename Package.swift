// swift-tools-version: 6.2
import PackageDescription

/// One array for every target, so that no module is held to a weaker standard than another.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // Scanners borrow the bytes they read; the compiler proves that none outlives them.
    .enableExperimentalFeature("Lifetimes"),
]

func tests(_ module: String, also dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(module)Tests",
        dependencies: [.init(stringLiteral: module)] + dependencies,
        swiftSettings: strict
    )
}

let package = Package(
    name: "drawdown",
    products: [
        .executable(name: "drawdown", targets: ["Drawdown"]),
        .executable(name: "simulate", targets: ["simulate"]),
        .executable(name: "mock-broker", targets: ["mock-broker"]),
        .executable(name: "crash-campaign", targets: ["crash-campaign"]),
        .executable(name: "measure-reads", targets: ["measure-reads"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        // The system's libraries.
        .systemLibrary(
            name: "CRdKafka",
            pkgConfig: "rdkafka",
            providers: [.apt(["librdkafka-dev"])]
        ),
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(
            name: "CSimdJSONLibrary",
            pkgConfig: "simdjson",
            providers: [.apt(["libsimdjson-dev"])]
        ),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CPrefetch"),
        .target(name: "CSimdJSON", dependencies: ["CSimdJSONLibrary"]),
        .target(name: "CChecksum"),

        // The domain.
        .target(name: "Credits", dependencies: ["CPrefetch"], swiftSettings: strict),

        // Thin IO.
        .target(
            name: "UsageCodec",
            dependencies: [
                "Credits", "CSimdJSON", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: strict
        ),
        .target(name: "KafkaIO", dependencies: ["CRdKafka", "CPrefetch"], swiftSettings: strict),
        .target(
            name: "LedgerStore",
            dependencies: [
                "Credits", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "EmbeddedLedgerStore",
            dependencies: ["LedgerStore", "Credits", "CLMDB", "CChecksum"],
            swiftSettings: strict
        ),

        // The worker and its faces.
        .target(
            name: "UsagePipeline",
            dependencies: [
                "Credits", "UsageCodec", "LedgerStore",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "QueryAPI",
            dependencies: [
                "Credits", "UsageCodec", "LedgerStore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "Drawdown",
            dependencies: [
                "Credits", "UsageCodec", "KafkaIO", "LedgerStore", "EmbeddedLedgerStore",
                "UsagePipeline", "QueryAPI", "CMalloc",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),

        // Proof.
        .target(
            name: "Simulation",
            dependencies: ["Credits", "UsageCodec", "LedgerStore", "UsagePipeline"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "crash-campaign",
            dependencies: [
                "Credits", "UsageCodec", "KafkaIO", "LedgerStore", "EmbeddedLedgerStore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "measure-reads",
            dependencies: [
                "Credits", "LedgerStore", "EmbeddedLedgerStore", "QueryAPI",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "simulate",
            dependencies: [
                "Simulation", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "mock-broker",
            dependencies: [
                "KafkaIO", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),

        tests("Credits"),
        tests(
            "UsageCodec",
            also: ["Credits", .product(name: "SwiftProtobuf", package: "swift-protobuf")]
        ),
        tests("KafkaIO"),
        tests("LedgerStore", also: ["Credits"]),
        tests("EmbeddedLedgerStore", also: ["Credits", "LedgerStore"]),
        tests("UsagePipeline", also: ["Credits", "UsageCodec", "LedgerStore", "Simulation"]),
        tests("QueryAPI", also: ["Credits", "LedgerStore", "UsageCodec"]),
        tests(
            "Drawdown",
            also: [
                "Credits", "EmbeddedLedgerStore", "KafkaIO", "LedgerStore", "QueryAPI",
                "UsageCodec", "UsagePipeline",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        tests("Simulation", also: ["UsagePipeline"]),
    ],
    cxxLanguageStandard: .cxx17
)
