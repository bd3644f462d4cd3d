// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, ContributionId, DatasetId, VersionId} from "../types/Ids.sol";
import {IJournal} from "./IJournal.sol";

/// @notice What a dataset says of itself when it is registered.
/// @param licence SPDX licence identifier, such as `CC0-1.0`.
/// @param termsHash keccak256 of the terms that contributors agree to.
/// @param metadataHash keccak256 of the dataset card.
/// @param metadataURI Where the dataset card can be read.
struct DatasetTerms {
    string licence;
    bytes32 termsHash;
    bytes32 metadataHash;
    string metadataURI;
}

/// @notice A dataset as stored.
/// @param curator Who accepts, rejects and freezes.
/// @param contributionCount Contributions ever submitted.
/// @param acceptedCount Contributions accepted whose consent stands.
/// @param versionCount Versions frozen.
struct Dataset {
    address curator;
    uint32 contributionCount;
    uint32 acceptedCount;
    uint32 versionCount;
}

enum ContributionStatus {
    None,
    Submitted,
    Accepted,
    Rejected,
    Withdrawn
}

/// @notice A contribution as stored, in one slot. Times are positions in this contract's journal.
/// @param contributor The account that is paid.
/// @param dataset The dataset that it belongs to.
/// @param itemCount How many items the contribution commits to.
/// @param acceptedAt Journal count just after its acceptance; zero if it was never accepted.
/// @param withdrawnAt Journal count just after its consent was withdrawn; zero while consent stands.
/// @param withdrawnTime The timestamp of that.
/// @param status What it is now.
struct Contribution {
    AccountId contributor;
    DatasetId dataset;
    uint32 itemCount;
    uint48 acceptedAt;
    uint48 withdrawnAt;
    uint40 withdrawnTime;
    ContributionStatus status;
}

/// @notice What a registering model asks of a contribution.
/// @param contributor The account that is paid for it.
/// @param itemCount How many items it commits to.
/// @param versions Which of the versions asked about include it: one bit each, the first the lowest.
/// @param usableUntil Until when new models may use it: 30 days after its consent was withdrawn.
struct Member {
    AccountId contributor;
    uint32 itemCount;
    uint8 versions;
    uint40 usableUntil;
}

/// @notice A frozen version as stored.
/// @param frozenAt Journal count just after the freeze: a contribution is in the version exactly if it was accepted
/// before that and not withdrawn before that.
/// @param contributionCount How many contributions that are.
/// @param itemCount How many items those commit to together.
struct Version {
    uint48 frozenAt;
    uint32 contributionCount;
    uint64 itemCount;
}

/// @title Datasets
/// @notice Registers datasets with many contributors, and freezes what a model may be trained on.
interface IDatasets is IJournal {
    event DatasetRegistered(
        uint32 indexed dataset,
        address indexed curator,
        string licence,
        bytes32 termsHash,
        bytes32 metadataHash,
        string metadataURI
    );
    event CuratorProposed(uint32 indexed dataset, address indexed curator, address indexed proposed);
    event CuratorChanged(uint32 indexed dataset, address indexed previous, address indexed curator);
    event ContributionSubmitted(
        bytes32 indexed contribution,
        uint32 indexed dataset,
        uint32 indexed contributor,
        bytes32 itemsRoot,
        uint32 itemCount
    );
    event ContributionAccepted(bytes32 indexed contribution, uint32 indexed dataset, uint48 acceptedAt);
    event ContributionRejected(bytes32 indexed contribution, uint32 indexed dataset);
    event ConsentWithdrawn(
        bytes32 indexed contribution,
        uint32 indexed dataset,
        uint32 indexed contributor,
        uint48 withdrawnAt
    );
    event VersionFrozen(uint64 indexed version, uint32 indexed dataset, uint48 frozenAt, uint32 contributionCount);

    error Datasets_EmptyLicence();
    error Datasets_UnknownDataset(DatasetId dataset);
    error Datasets_UnknownContribution(ContributionId contribution);
    error Datasets_UnknownVersion(VersionId version);
    error Datasets_NotCurator(DatasetId dataset, address caller, address curator);
    error Datasets_NotProposedCurator(DatasetId dataset, address caller, address proposed);
    error Datasets_NotContributor(ContributionId contribution, address caller);
    error Datasets_EmptyContribution(DatasetId dataset);
    error Datasets_AlreadySubmitted(ContributionId contribution);
    error Datasets_WrongStatus(ContributionId contribution, ContributionStatus status);
    error Datasets_NothingToFreeze(DatasetId dataset);
    error Datasets_TooManyContributions(DatasetId dataset, uint256 max);
    error Datasets_OtherTerms(DatasetId dataset, bytes32 termsHash, bytes32 found);
    error Datasets_SignatureExpired(uint256 deadline, uint256 timestamp);
    error Datasets_BadSignature(address signer);

    /// @notice Registers a dataset; the caller becomes its curator.
    /// @return dataset The new dataset's number, counting from 1.
    function register(DatasetTerms calldata terms) external returns (DatasetId dataset);

    /// @notice Proposes another curator; nothing moves until that address accepts.
    function proposeCurator(DatasetId dataset, address proposed) external;

    /// @notice Completes a change of curator; only the proposed address may call it.
    function acceptCuration(DatasetId dataset) external;

    /// @notice Submits one batch of items under the caller's account.
    /// @param termsHash The dataset's terms, to which the contributor agrees.
    /// @param itemsRoot Merkle root over `keccak256(itemHash)` of every item (sorted pairs, an odd node moves up), where
    /// `itemHash = keccak256(salt ‖ content)`, so that deleting a salt erases the item.
    /// @param itemCount How many items, at least one.
    /// @return contribution `contributionId(dataset, contributor, itemsRoot, itemCount)`.
    function contribute(
        DatasetId dataset,
        bytes32 termsHash,
        bytes32 itemsRoot,
        uint32 itemCount
    ) external returns (ContributionId contribution);

    /// @notice Submits one batch of items under `contributor`, whose payout address signed it; anyone may bring it and pay the gas.
    /// @dev What is signed (EIP-712, docs/protocol.md, "Signatures"), by key or by ERC-1271:
    ///
    ///     Contribution(uint32 contributor,uint32 dataset,bytes32 termsHash,bytes32 itemsRoot,uint32 itemCount,uint256 nonce,
    ///     uint256 deadline)
    ///
    /// `nonce` is what `nonces` says of the payout address; each counts once, in order.
    /// @param deadline The last second of Unix time at which it may be brought.
    function contributeBySig(
        AccountId contributor,
        DatasetId dataset,
        bytes32 termsHash,
        bytes32 itemsRoot,
        uint32 itemCount,
        uint256 deadline,
        bytes calldata signature
    ) external returns (ContributionId contribution);

    /// @notice Accepts submitted contributions, in the order given. That order decides which of two near-copies is kept.
    /// Those that are past that step already are passed over. A dataset has at most 2,000 accepted contributions.
    /// @dev Only the curator of the dataset to which every one of them belongs. How many items a contribution has is what it says,
    /// and an equal split pays by it, so a curator counts them before accepting.
    function accept(ContributionId[] calldata contributions) external;

    /// @notice Rejects a submitted contribution for good.
    function reject(ContributionId contribution) external;

    /// @notice Withdraws consent: versions frozen from now on exclude the contribution, and 30 days later no new model may
    /// use a version that includes it. What it earned, and what models registered before still earn it, stays its contributor's.
    function withdrawConsent(ContributionId contribution) external;

    /// @notice Freezes the list of accepted contributions whose consent stands.
    function freeze(DatasetId dataset) external returns (VersionId version);

    /// @notice Whether `contribution` is in the frozen list `version`; one that nobody submitted is in none.
    function includes(VersionId version, ContributionId contribution) external view returns (bool);

    /// @notice What each of `contributions` is to `versions`, of which there are at most eight.
    function membersOf(
        VersionId[] calldata versions,
        ContributionId[] calldata contributions
    ) external view returns (Member[] memory);

    function datasetOf(DatasetId dataset) external view returns (Dataset memory);

    /// @notice keccak256 of the terms that contributors to a dataset agree to.
    function termsHashOf(DatasetId dataset) external view returns (bytes32);

    function contributionOf(ContributionId contribution) external view returns (Contribution memory);

    function versionOf(VersionId version) external view returns (Version memory);

    function datasetCount() external view returns (uint32);

    /// @notice The nonce that the next signature of `signer` must carry.
    function nonces(address signer) external view returns (uint256);

    /// @notice Uses up the caller's next nonce, so that a signature given away with it is worth nothing.
    function cancelSignature() external;

    /// @notice The name of a contribution before or after it was submitted.
    function contributionId(
        DatasetId dataset,
        AccountId contributor,
        bytes32 itemsRoot,
        uint32 itemCount
    ) external pure returns (ContributionId);
}
