// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "./interfaces/IAccounts.sol";
import {IDatasets} from "./interfaces/IDatasets.sol";
import {BaseModel, FineTune, IModels, InfluenceIndex, Royalty, Rule, ServingTerms} from "./interfaces/IModels.sol";
import {IPools} from "./interfaces/IPools.sol";
import {Journal} from "./Journal.sol";
import {Lineage, Royalties} from "./libraries/Royalties.sol";
import {AccountId, ModelId, VersionId} from "./types/Ids.sol";

/// @title Models
/// @dev What each function promises stands in `IModels`. What the ledger reads for every batch is two slots.
contract Models is IModels, Journal {
    using Royalties for Lineage;

    /// @dev One slot. A base model has an owner, a royalty, and nothing else; only where the rule is `EqualSplit` is there a pool.
    struct Model {
        AccountId owner;
        ModelId parent;
        uint32 rowCount;
        uint16 dims;
        uint8 topK;
        uint16 contributorBps;
        uint16 operatorBps;
        uint16 royaltyBps;
        AccountId pool;
    }

    uint256 public constant MAX_SHARES_BPS = 9_000;
    uint256 public constant MAX_VERSIONS = 8;
    uint256 public constant MAX_TOP_K = 16;
    uint256 public constant MAX_DIMS = 4_096;
    uint256 public constant DIMS_STEP = 64;

    IAccounts public immutable accounts;
    IDatasets public immutable datasets;
    IPools public immutable pools;

    /// @inheritdoc IModels
    uint32 public modelCount;

    mapping(ModelId model => Model) private _models;
    mapping(ModelId model => Lineage) private _lineages;
    mapping(ModelId model => bytes32 root) private _influenceRoots;
    mapping(ModelId model => VersionId[]) private _versions;
    mapping(ModelId model => mapping(AccountId operator => bool allowed)) private _operators;

    constructor(IAccounts accounts_, IDatasets datasets_, IPools pools_) {
        accounts = accounts_;
        datasets = datasets_;
        pools = pools_;
    }

    /// @inheritdoc IModels
    function registerBase(BaseModel calldata base) external returns (ModelId model) {
        AccountId owner = accounts.requireAccountOf(msg.sender);
        require(bytes(base.name).length != 0, Models_EmptyName());
        require(base.weightsHash != 0, Models_ZeroHash("weightsHash"));
        _requireRoyalty(base.royaltyBps);

        model = ModelId.wrap(++modelCount);
        _models[model].owner = owner;
        _models[model].royaltyBps = base.royaltyBps;

        _emit(3, abi.encodePacked(abi.encode(BaseModelRegistered.selector, model, owner), abi.encode(base)));
    }

    /// @inheritdoc IModels
    function registerFineTune(FineTune calldata fineTune) external returns (ModelId model) {
        AccountId owner = accounts.requireAccountOf(msg.sender);
        Model storage parent = _requireModel(fineTune.parent);
        _requireVersions(fineTune.versions);
        require(fineTune.adapterHash != 0, Models_ZeroHash("adapterHash"));
        require(fineTune.manifestHash != 0, Models_ZeroHash("manifestHash"));
        _requireIndex(fineTune.influence, fineTune.rule);
        _requireRoyalty(fineTune.shares.royaltyBps);
        Lineage lineage = _lineages[fineTune.parent].below(parent.owner, parent.royaltyBps);
        uint256 royaltiesBps = lineage.totalBps();
        require(royaltiesBps <= Royalties.MAX_BPS, Models_RoyaltyTooHigh(royaltiesBps, Royalties.MAX_BPS));
        uint256 sharesBps = royaltiesBps + fineTune.shares.contributorBps + fineTune.shares.operatorBps;
        require(sharesBps <= MAX_SHARES_BPS, Models_SharesTooHigh(sharesBps, MAX_SHARES_BPS));

        AccountId pool = fineTune.rule == Rule.EqualSplit ? pools.open(fineTune.versions) : AccountId.wrap(0);
        model = ModelId.wrap(++modelCount);
        _models[model] = Model({
            owner: owner,
            parent: fineTune.parent,
            rowCount: fineTune.influence.rowCount,
            dims: fineTune.influence.dims,
            topK: fineTune.influence.topK,
            contributorBps: fineTune.shares.contributorBps,
            operatorBps: fineTune.shares.operatorBps,
            royaltyBps: fineTune.shares.royaltyBps,
            pool: pool
        });
        _lineages[model] = lineage;
        _influenceRoots[model] = fineTune.influence.root;
        _versions[model] = fineTune.versions;

        _emit(
            4,
            abi.encodePacked(
                abi.encode(FineTuneRegistered.selector, model, owner, fineTune.parent),
                abi.encode(fineTune, lineage.list(), pool)
            )
        );
    }

    /// @inheritdoc IModels
    function setOperator(ModelId model, AccountId operator, bool allowed) external {
        Model storage stored = _requireServable(model);
        require(msg.sender == accounts.payoutOf(stored.owner), Models_NotOwner(model, msg.sender));
        uint32 number = AccountId.unwrap(operator);
        require(number != 0 && number <= accounts.accountCount(), Models_UnknownOperator(operator));

        _operators[model][operator] = allowed;

        _emit(3, abi.encode(OperatorSet.selector, model, operator, allowed));
    }

    /// @inheritdoc IModels
    function servingTerms(ModelId model) external view returns (ServingTerms memory terms) {
        Model memory stored = _requireServable(model);
        terms = ServingTerms({
            owner: stored.owner,
            rowCount: stored.rowCount,
            dims: stored.dims,
            topK: stored.topK,
            contributorBps: stored.contributorBps,
            operatorBps: stored.operatorBps,
            royalties: _lineages[model].list()
        });
        if (AccountId.unwrap(stored.pool) != 0) _payPool(terms, stored.pool);
    }

    /// @inheritdoc IModels
    function isOperator(ModelId model, AccountId operator) external view returns (bool) {
        return _operators[model][operator];
    }

    /// @inheritdoc IModels
    function poolOf(ModelId model) external view returns (AccountId) {
        return _requireModel(model).pool;
    }

    /// @inheritdoc IModels
    function ownerOf(ModelId model) external view returns (AccountId) {
        return _requireModel(model).owner;
    }

    /// @inheritdoc IModels
    function parentOf(ModelId model) external view returns (ModelId) {
        return _requireModel(model).parent;
    }

    /// @inheritdoc IModels
    function influenceRootOf(ModelId model) external view returns (bytes32) {
        _requireServable(model);
        return _influenceRoots[model];
    }

    /// @inheritdoc IModels
    function versionsOf(ModelId model) external view returns (VersionId[] memory) {
        _requireModel(model);
        return _versions[model];
    }

    /// @dev The contributors' share becomes one more royalty, the pool's.
    function _payPool(ServingTerms memory terms, AccountId pool) private pure {
        terms.royalties = Royalties.joined(terms.royalties, Royalty({account: pool, bps: terms.contributorBps}));
        terms.contributorBps = 0;
    }

    function _requireModel(ModelId model) private view returns (Model storage stored) {
        stored = _models[model];
        require(AccountId.unwrap(stored.owner) != 0, Models_UnknownModel(model));
    }

    /// @dev A fine-tune was trained on rows, a base model on none that are known here.
    function _requireServable(ModelId model) private view returns (Model storage stored) {
        stored = _requireModel(model);
        require(stored.rowCount != 0, Models_NotServable(model));
    }

    function _requireVersions(VersionId[] calldata versions) private view {
        require(
            versions.length != 0 && versions.length <= MAX_VERSIONS,
            Models_VersionsOutOfRange(versions.length, MAX_VERSIONS)
        );
        VersionId previous;
        for (uint256 i = 0; i < versions.length; ++i) {
            VersionId version = versions[i];
            require(VersionId.unwrap(version) > VersionId.unwrap(previous), Models_VersionsUnsorted(previous, version));
            datasets.versionOf(version);
            previous = version;
        }
    }

    function _requireIndex(InfluenceIndex calldata index, Rule rule) private pure {
        require(index.rowCount != 0, Models_RowCountZero());
        if (rule == Rule.EqualSplit) {
            require(
                index.root == 0 && index.indexHash == 0 && index.dims == 0 && index.topK == 0,
                Models_IndexNotNeeded()
            );
            return;
        }
        require(index.root != 0, Models_ZeroHash("influence.root"));
        require(index.indexHash != 0, Models_ZeroHash("influence.indexHash"));
        require(
            index.dims != 0 && index.dims <= MAX_DIMS && index.dims % DIMS_STEP == 0,
            Models_DimsOutOfRange(index.dims)
        );
        require(index.topK != 0 && index.topK <= MAX_TOP_K, Models_TopKOutOfRange(index.topK));
    }

    function _requireRoyalty(uint16 royaltyBps) private pure {
        require(royaltyBps <= Royalties.MAX_BPS, Models_RoyaltyTooHigh(royaltyBps, Royalties.MAX_BPS));
    }
}
