// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {IAccounts} from "./interfaces/IAccounts.sol";
import {
    Contribution,
    ContributionStatus,
    Dataset,
    DatasetTerms,
    IDatasets,
    Member,
    Version
} from "./interfaces/IDatasets.sol";
import {Journal} from "./Journal.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {OpenToken} from "./OpenToken.sol";
import {EDITION, PRODUCT} from "./types/Domain.sol";
import {AccountId, ContributionId, DatasetId, datasetIn, VersionId} from "./types/Ids.sol";

/// @title Datasets
/// @dev What each function promises stands in `IDatasets`. Times are positions in the journal, so that accepting, withdrawing
/// and freezing within one block keep their order.
contract Datasets is IDatasets, Journal, EIP712, Nonces {
    using Signatures for address;

    // solhint-disable gas-small-strings
    bytes32 private constant CONTRIBUTION_TYPEHASH = keccak256(
        "Contribution(uint32 contributor,uint32 dataset,bytes32 termsHash,bytes32 itemsRoot,uint32 itemCount,uint256 nonce,uint256 deadline)"
    );
    // solhint-enable gas-small-strings

    uint256 public constant MAX_CONTRIBUTIONS = 2_000;
    uint40 public constant CONSENT_GRACE = 30 days;

    IAccounts public immutable accounts;

    /// @inheritdoc IDatasets
    uint32 public datasetCount;

    mapping(DatasetId dataset => Dataset) private _datasets;
    mapping(DatasetId dataset => bytes32 termsHash) private _terms;
    mapping(DatasetId dataset => address proposed) private _proposedCurators;
    mapping(DatasetId dataset => uint64 itemCount) private _acceptedItems;
    mapping(ContributionId contribution => Contribution) private _contributions;
    mapping(VersionId version => Version) private _versions;

    constructor(OpenToken token, IAccounts accounts_) EIP712(PRODUCT, EDITION) {
        accounts = accounts_;
        token.refuseTransfers();
    }

    /// @inheritdoc IDatasets
    function register(DatasetTerms calldata terms) external returns (DatasetId dataset) {
        require(bytes(terms.licence).length != 0, Datasets_EmptyLicence());

        dataset = DatasetId.wrap(++datasetCount);
        _datasets[dataset].curator = msg.sender;
        _terms[dataset] = terms.termsHash;

        _emit(
            3,
            abi.encodePacked(
                abi.encode(DatasetRegistered.selector, dataset, msg.sender),
                abi.encode(terms.licence, terms.termsHash, terms.metadataHash, terms.metadataURI)
            )
        );
    }

    /// @inheritdoc IDatasets
    function proposeCurator(DatasetId dataset, address proposed) external {
        _requireCurator(dataset);

        _proposedCurators[dataset] = proposed;

        _emit(4, abi.encode(CuratorProposed.selector, dataset, msg.sender, proposed));
    }

    /// @inheritdoc IDatasets
    function acceptCuration(DatasetId dataset) external {
        Dataset storage stored = _requireDataset(dataset);
        address previous = stored.curator;
        address proposed = _proposedCurators[dataset];
        require(msg.sender == proposed, Datasets_NotProposedCurator(dataset, msg.sender, proposed));

        delete _proposedCurators[dataset];
        stored.curator = proposed;

        _emit(4, abi.encode(CuratorChanged.selector, dataset, previous, proposed));
    }

    /// @inheritdoc IDatasets
    function contribute(
        DatasetId dataset,
        bytes32 termsHash,
        bytes32 itemsRoot,
        uint32 itemCount
    ) external returns (ContributionId) {
        return _contribute(accounts.requireAccountOf(msg.sender), dataset, termsHash, itemsRoot, itemCount);
    }

    /// @inheritdoc IDatasets
    function contributeBySig(
        AccountId contributor,
        DatasetId dataset,
        bytes32 termsHash,
        bytes32 itemsRoot,
        uint32 itemCount,
        uint256 deadline,
        bytes calldata signature
    ) external returns (ContributionId) {
        require(block.timestamp <= deadline, Datasets_SignatureExpired(deadline, block.timestamp));
        address signer = accounts.payoutOf(contributor);
        bytes32 signed = keccak256(
            abi.encode(
                CONTRIBUTION_TYPEHASH,
                contributor,
                dataset,
                termsHash,
                itemsRoot,
                itemCount,
                _useNonce(signer),
                deadline
            )
        );
        require(signer.isSignedBy(_hashTypedDataV4(signed), signature), Datasets_BadSignature(signer));
        return _contribute(contributor, dataset, termsHash, itemsRoot, itemCount);
    }

    /// @inheritdoc IDatasets
    function accept(ContributionId[] calldata contributions) external {
        for (uint256 i = 0; i < contributions.length; ++i) {
            ContributionId contribution = contributions[i];
            Contribution storage stored = _requireContribution(contribution);
            Dataset storage dataset = _requireCurator(stored.dataset);
            if (stored.status != ContributionStatus.Submitted) continue;
            require(
                dataset.acceptedCount < MAX_CONTRIBUTIONS,
                Datasets_TooManyContributions(stored.dataset, MAX_CONTRIBUTIONS)
            );

            uint48 acceptedAt = _nextCount();
            stored.status = ContributionStatus.Accepted;
            stored.acceptedAt = acceptedAt;
            ++dataset.acceptedCount;
            _acceptedItems[stored.dataset] += stored.itemCount;

            _emit(3, abi.encode(ContributionAccepted.selector, contribution, stored.dataset, acceptedAt));
        }
    }

    /// @inheritdoc IDatasets
    function reject(ContributionId contribution) external {
        Contribution storage stored = _requireContribution(contribution);
        _requireCurator(stored.dataset);
        require(stored.status == ContributionStatus.Submitted, Datasets_WrongStatus(contribution, stored.status));

        stored.status = ContributionStatus.Rejected;

        _emit(3, abi.encode(ContributionRejected.selector, contribution, stored.dataset));
    }

    /// @inheritdoc IDatasets
    function withdrawConsent(ContributionId contribution) external {
        Contribution storage stored = _requireContribution(contribution);
        require(msg.sender == accounts.payoutOf(stored.contributor), Datasets_NotContributor(contribution, msg.sender));
        bool wasAccepted = stored.status == ContributionStatus.Accepted;
        require(
            wasAccepted || stored.status == ContributionStatus.Submitted,
            Datasets_WrongStatus(contribution, stored.status)
        );

        uint48 withdrawnAt = _nextCount();
        stored.status = ContributionStatus.Withdrawn;
        stored.withdrawnAt = withdrawnAt;
        stored.withdrawnTime = uint40(block.timestamp);
        if (wasAccepted) {
            --_datasets[stored.dataset].acceptedCount;
            _acceptedItems[stored.dataset] -= stored.itemCount;
        }

        _emit(4, abi.encode(ConsentWithdrawn.selector, contribution, stored.dataset, stored.contributor, withdrawnAt));
    }

    /// @inheritdoc IDatasets
    function freeze(DatasetId dataset) external returns (VersionId version) {
        Dataset storage stored = _requireCurator(dataset);
        uint32 contributionCount = stored.acceptedCount;
        require(contributionCount != 0, Datasets_NothingToFreeze(dataset));

        uint48 frozenAt = _nextCount();
        version = VersionId.wrap((uint64(DatasetId.unwrap(dataset)) << 32) | ++stored.versionCount);
        _versions[version] = Version({
            frozenAt: frozenAt,
            contributionCount: contributionCount,
            itemCount: _acceptedItems[dataset]
        });

        _emit(3, abi.encode(VersionFrozen.selector, version, dataset, frozenAt, contributionCount));
    }

    /// @inheritdoc IDatasets
    function cancelSignature() external {
        _useNonce(msg.sender);
    }

    /// @inheritdoc IDatasets
    function includes(VersionId version, ContributionId contribution) external view returns (bool) {
        return _includes(version, versionOf(version).frozenAt, _contributions[contribution]);
    }

    /// @inheritdoc IDatasets
    function membersOf(
        VersionId[] calldata versions,
        ContributionId[] calldata contributions
    ) external view returns (Member[] memory members) {
        uint48[] memory frozenAt = new uint48[](versions.length);
        for (uint256 v = 0; v < versions.length; ++v) frozenAt[v] = versionOf(versions[v]).frozenAt;
        members = new Member[](contributions.length);
        for (uint256 i = 0; i < contributions.length; ++i) {
            Contribution memory stored = _contributions[contributions[i]];
            uint256 mask = 0;
            for (uint256 v = 0; v < versions.length; ++v) {
                if (_includes(versions[v], frozenAt[v], stored)) mask |= uint256(1) << v;
            }
            members[i] = Member({
                contributor: stored.contributor,
                itemCount: stored.itemCount,
                versions: uint8(mask),
                usableUntil: stored.withdrawnTime == 0 ? type(uint40).max : stored.withdrawnTime + CONSENT_GRACE
            });
        }
    }

    /// @inheritdoc IDatasets
    function datasetOf(DatasetId dataset) external view returns (Dataset memory) {
        return _requireDataset(dataset);
    }

    /// @inheritdoc IDatasets
    function termsHashOf(DatasetId dataset) external view returns (bytes32) {
        _requireDataset(dataset);
        return _terms[dataset];
    }

    /// @inheritdoc IDatasets
    function contributionOf(ContributionId contribution) external view returns (Contribution memory) {
        return _requireContribution(contribution);
    }

    /// @inheritdoc IDatasets
    function versionOf(VersionId version) public view returns (Version memory stored) {
        stored = _versions[version];
        require(stored.frozenAt != 0, Datasets_UnknownVersion(version));
    }

    /// @inheritdoc IDatasets
    function nonces(address signer) public view override(IDatasets, Nonces) returns (uint256) {
        return super.nonces(signer);
    }

    /// @inheritdoc IDatasets
    function contributionId(
        DatasetId dataset,
        AccountId contributor,
        bytes32 itemsRoot,
        uint32 itemCount
    ) public pure returns (ContributionId) {
        return ContributionId.wrap(keccak256(abi.encode(dataset, contributor, itemsRoot, itemCount)));
    }

    function _contribute(
        AccountId contributor,
        DatasetId dataset,
        bytes32 termsHash,
        bytes32 itemsRoot,
        uint32 itemCount
    ) private returns (ContributionId contribution) {
        Dataset storage stored = _requireDataset(dataset);
        bytes32 agreed = _terms[dataset];
        require(termsHash == agreed, Datasets_OtherTerms(dataset, termsHash, agreed));
        require(itemCount != 0 && itemsRoot != 0, Datasets_EmptyContribution(dataset));
        contribution = contributionId(dataset, contributor, itemsRoot, itemCount);
        Contribution storage submitted = _contributions[contribution];
        require(submitted.status == ContributionStatus.None, Datasets_AlreadySubmitted(contribution));

        ++stored.contributionCount;
        submitted.contributor = contributor;
        submitted.dataset = dataset;
        submitted.itemCount = itemCount;
        submitted.status = ContributionStatus.Submitted;

        _emit(4, abi.encode(ContributionSubmitted.selector, contribution, dataset, contributor, itemsRoot, itemCount));
    }

    function _requireDataset(DatasetId dataset) private view returns (Dataset storage stored) {
        stored = _datasets[dataset];
        require(stored.curator != address(0), Datasets_UnknownDataset(dataset));
    }

    function _requireCurator(DatasetId dataset) private view returns (Dataset storage stored) {
        stored = _requireDataset(dataset);
        require(msg.sender == stored.curator, Datasets_NotCurator(dataset, msg.sender, stored.curator));
    }

    function _requireContribution(ContributionId contribution) private view returns (Contribution storage stored) {
        stored = _contributions[contribution];
        require(stored.status != ContributionStatus.None, Datasets_UnknownContribution(contribution));
    }

    function _includes(VersionId version, uint48 frozenAt, Contribution memory stored) private pure returns (bool) {
        return
            stored.dataset == datasetIn(version) &&
            stored.acceptedAt != 0 &&
            stored.acceptedAt < frozenAt &&
            (stored.withdrawnAt == 0 || stored.withdrawnAt > frozenAt);
    }
}
