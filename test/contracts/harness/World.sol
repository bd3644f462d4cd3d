// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Accounts} from "../../../contracts/Accounts.sol";
import {Datasets} from "../../../contracts/Datasets.sol";
import {BondRule} from "../../../contracts/interfaces/IBonds.sol";
import {DatasetTerms} from "../../../contracts/interfaces/IDatasets.sol";
import {LedgerTerms} from "../../../contracts/interfaces/ILedger.sol";
import {
    BaseModel,
    FeeShares,
    FineTune,
    InfluenceIndex,
    Method,
    Quantisation,
    Rule,
    SketchSource
} from "../../../contracts/interfaces/IModels.sol";
import {Ledger} from "../../../contracts/Ledger.sol";
import {Models} from "../../../contracts/Models.sol";
import {OpenToken} from "../../../contracts/OpenToken.sol";
import {Pools} from "../../../contracts/Pools.sol";
import {AccountId, ContributionId, DatasetId, ModelId, VersionId} from "../../../contracts/types/Ids.sol";
import {Test} from "./Test.sol";

/// @notice Everything deployed, with the test itself as token holder and admin, and the few people that tests need.
abstract contract World is Test {
    uint32 internal constant EPOCH = 1 days;
    uint32 internal constant NOTICE = 2 hours;
    uint16 internal constant TREASURY_BPS = 200;
    uint64 internal constant MINIMUM_BOND = 1_000_000;

    AccessManager internal manager;
    OpenToken internal token;
    Accounts internal accounts;
    Datasets internal datasets;
    Pools internal pools;
    Models internal models;
    Ledger internal ledger;

    address internal treasurer = named("treasurer");
    AccountId internal treasury;

    function setUp() public virtual {
        vm.warp(1_000 * uint256(EPOCH));
        manager = new AccessManager(address(this));
        token = new OpenToken(address(this));
        accounts = new Accounts();
        treasury = accounts.open(treasurer);
        datasets = new Datasets(accounts);
        pools = new Pools(token, accounts, datasets);
        models = new Models(accounts, datasets, pools);
        ledger = new Ledger(token, accounts, models, address(manager), treasury, ledgerTerms());
    }

    function ledgerTerms() internal pure returns (LedgerTerms memory) {
        return
            LedgerTerms({
                epochSeconds: EPOCH,
                tabNoticeSeconds: NOTICE,
                bondNoticeSeconds: 3 * EPOCH,
                treasuryBps: TREASURY_BPS,
                bondRule: BondRule({minimumGwei: MINIMUM_BOND, ratioBps: 10_000, bountyBps: 5_000})
            });
    }

    function openAccount(string memory name) internal returns (AccountId) {
        return accounts.open(named(name));
    }

    /// @dev Registers a dataset curated by `curator`, with one accepted contribution of `contributor`, and freezes it.
    function frozenVersion(address curator, address contributor) internal returns (VersionId version) {
        vm.prank(curator);
        DatasetId dataset = datasets.register(datasetTerms());
        ContributionId[] memory contributions = new ContributionId[](1);
        vm.prank(contributor);
        contributions[0] = datasets.contribute(dataset, keccak256("items"), 3);
        vm.startPrank(curator);
        datasets.accept(contributions);
        version = datasets.freeze(dataset);
        vm.stopPrank();
    }

    function datasetTerms() internal pure returns (DatasetTerms memory) {
        return
            DatasetTerms({
                licence: "CC0-1.0",
                termsHash: keccak256("terms"),
                metadataHash: keccak256("card"),
                metadataURI: "ipfs://card"
            });
    }

    function baseModel(uint16 royaltyBps) internal pure returns (BaseModel memory) {
        return
            BaseModel({
                name: "base",
                licence: "Apache-2.0",
                weightsHash: keccak256("weights"),
                weightsURI: "ipfs://weights",
                royaltyBps: royaltyBps
            });
    }

    /// @dev A fine-tune with 500 rows, 64 dimensions and at most 8 rows an attribution.
    function fineTune(ModelId parent, VersionId version) internal pure returns (FineTune memory tune) {
        tune.parent = parent;
        tune.versions = new VersionId[](1);
        tune.versions[0] = version;
        tune.adapterHash = keccak256("adapter");
        tune.manifestHash = keccak256("manifest");
        tune.manifestURI = "ipfs://run.json";
        tune.method = Method.QLoRA;
        tune.quantisation = Quantisation({scheme: "nf4", bits: 4, doubleQuant: true});
        tune.influence = InfluenceIndex({
            root: keccak256("root"),
            indexHash: keccak256("index"),
            indexURI: "ipfs://index",
            rowCount: 500,
            dims: 64,
            topK: 8,
            source: SketchSource.Gradient
        });
        tune.shares = FeeShares({contributorBps: 6_000, operatorBps: 2_000, royaltyBps: 500});
    }

    /// @dev The same with the rule `EqualSplit`, and without an index.
    function splitEqually(FineTune memory tune) internal pure returns (FineTune memory) {
        tune.rule = Rule.EqualSplit;
        tune.influence.root = 0;
        tune.influence.indexHash = 0;
        tune.influence.indexURI = "";
        tune.influence.dims = 0;
        tune.influence.topK = 0;
        return tune;
    }
}
