// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {IDatasets} from "../../contracts/interfaces/IDatasets.sol";
import {BaseModel, FineTune, IModels, Royalty, ServingTerms} from "../../contracts/interfaces/IModels.sol";
import {AccountId, ModelId, VersionId} from "../../contracts/types/Ids.sol";
import {World} from "./harness/World.sol";

contract ModelsTest is World {
    address private owner = named("owner");
    address private tuner = named("tuner");
    AccountId private ownerAccount;
    AccountId private tunerAccount;
    ModelId private base;
    VersionId private version;

    function setUp() public override {
        super.setUp();
        ownerAccount = openAccount("owner");
        tunerAccount = openAccount("tuner");
        version = frozenVersion(owner, tuner);
        vm.prank(owner);
        base = models.registerBase(baseModel(300));
    }

    function test_WhenABaseIsRegistered_ItBelongsToTheCallersAccount() public {
        BaseModel memory described = baseModel(0);
        vm.expectEmit(address(models));
        emit IModels.BaseModelRegistered(2, AccountId.unwrap(tunerAccount), described);
        vm.prank(tuner);
        ModelId model = models.registerBase(described);

        vm.assertEq(ModelId.unwrap(model), 2);
        vm.assertEq(models.modelCount(), 2);
        vm.assertEq(AccountId.unwrap(models.ownerOf(model)), AccountId.unwrap(tunerAccount));
        vm.assertEq(ModelId.unwrap(models.parentOf(model)), 0);
        vm.assertEq(models.versionsOf(model).length, 0);
    }

    function test_GivenABadBase_WhenRegistered_ItReverts() public {
        BaseModel memory described = baseModel(0);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, address(this)));
        models.registerBase(described);

        vm.startPrank(owner);
        described.name = "";
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_EmptyName.selector));
        models.registerBase(described);

        described = baseModel(2_001);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_RoyaltyTooHigh.selector, 2_001, 2_000));
        models.registerBase(described);

        described = baseModel(0);
        described.weightsHash = 0;
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_ZeroHash.selector, "weightsHash"));
        models.registerBase(described);
    }

    function test_WhenAFineTuneIsRegistered_ItOwesItsParentsRoyalty() public {
        FineTune memory tune = fineTune(base, version);
        Royalty[] memory royalties = new Royalty[](1);
        royalties[0] = Royalty({account: ownerAccount, bps: 300});
        vm.expectEmit(address(models));
        emit IModels.FineTuneRegistered(2, AccountId.unwrap(tunerAccount), ModelId.unwrap(base), tune, royalties, 0);
        ModelId model = register(tune);

        vm.assertEq(
            abi.encode(models.servingTerms(model)),
            abi.encode(ServingTerms(tunerAccount, 500, 64, 8, 6_000, 2_000, royalties))
        );
        vm.assertEq(ModelId.unwrap(models.parentOf(model)), ModelId.unwrap(base));
        vm.assertEq(models.influenceRootOf(model), tune.influence.root);
        vm.assertEq(abi.encode(models.versionsOf(model)), abi.encode(tune.versions));
        vm.assertEq(AccountId.unwrap(models.poolOf(model)), 0);
    }

    function test_GivenEqualSplit_WhenAFineTuneIsRegistered_ItsContributorsShareIsThePools() public {
        FineTune memory tune = splitEqually(fineTune(base, version));
        uint32 pool = accounts.accountCount() + 1;
        Royalty[] memory royalties = new Royalty[](1);
        royalties[0] = Royalty({account: ownerAccount, bps: 300});
        vm.expectEmit(address(models));
        emit IModels.FineTuneRegistered(2, AccountId.unwrap(tunerAccount), ModelId.unwrap(base), tune, royalties, pool);
        ModelId model = register(tune);

        Royalty[] memory owed = new Royalty[](2);
        (owed[0], owed[1]) = (royalties[0], Royalty({account: AccountId.wrap(pool), bps: 6_000}));
        vm.assertEq(
            abi.encode(models.servingTerms(model)),
            abi.encode(ServingTerms(tunerAccount, 500, 0, 0, 0, 2_000, owed))
        );
        vm.assertEq(AccountId.unwrap(models.poolOf(model)), pool);
        vm.assertEq(AccountId.unwrap(pools.poolOf(tune.versions)), pool);
        vm.assertEq(models.influenceRootOf(model), 0);
    }

    function test_GivenEqualSplitAndFiveRoyalties_ThePoolIsASixthOne() public {
        ModelId model = base;
        for (uint256 i = 0; i < 5; ++i) {
            string memory name = string(abi.encodePacked("tuner", i));
            openAccount(name);
            FineTune memory tune = splitEqually(fineTune(model, version));
            tune.shares.royaltyBps = 100;
            vm.prank(named(name));
            model = models.registerFineTune(tune);
        }
        Royalty[] memory owed = models.servingTerms(model).royalties;
        vm.assertEq(owed.length, 6);
        vm.assertEq(abi.encode(owed[5]), abi.encode(Royalty(models.poolOf(model), 6_000)));
    }

    function test_GivenEqualSplitBelowEqualSplit_TheChildOwesNothingToItsParentsPool() public {
        ModelId parent = register(splitEqually(fineTune(base, version)));
        ModelId child = register(fineTune(parent, version));
        Royalty[] memory owed = models.servingTerms(child).royalties;
        vm.assertEq(owed.length, 2);
        vm.assertEq(abi.encode(owed[1]), abi.encode(Royalty(tunerAccount, 500)));
    }

    function test_GivenEqualSplit_WhenAnIndexComesWithIt_ItReverts() public {
        FineTune memory tune = splitEqually(fineTune(base, version));
        tune.influence.root = keccak256("root");
        refuses(tune, abi.encodeWithSelector(IModels.Models_IndexNotNeeded.selector));
        tune.influence.root = 0;
        tune.influence.indexHash = keccak256("index");
        refuses(tune, abi.encodeWithSelector(IModels.Models_IndexNotNeeded.selector));
        tune.influence.indexHash = 0;
        tune.influence.dims = 64;
        refuses(tune, abi.encodeWithSelector(IModels.Models_IndexNotNeeded.selector));
        tune.influence.dims = 0;
        tune.influence.topK = 1;
        refuses(tune, abi.encodeWithSelector(IModels.Models_IndexNotNeeded.selector));
        tune.influence.topK = 0;
        tune.influence.rowCount = 0;
        refuses(tune, abi.encodeWithSelector(IModels.Models_RowCountZero.selector));
    }

    function test_GivenAGrandparent_WhenAFineTuneIsRegistered_ItOwesBothAndAddsUpOneAccount() public {
        ModelId parent = register(fineTune(base, version));
        vm.prank(owner);
        ModelId child = models.registerFineTune(fineTune(parent, version));
        Royalty[] memory royalties = models.servingTerms(child).royalties;
        vm.assertEq(royalties.length, 2);
        vm.assertEq(abi.encode(royalties[0]), abi.encode(Royalty(ownerAccount, 300)));
        vm.assertEq(abi.encode(royalties[1]), abi.encode(Royalty(tunerAccount, 500)));

        FineTune memory tune = fineTune(child, version);
        tune.shares.contributorBps = 5_000;
        ModelId grandchild = register(tune);
        royalties = models.servingTerms(grandchild).royalties;
        vm.assertEq(royalties.length, 2);
        vm.assertEq(royalties[0].bps, 800);
    }

    function test_GivenRoyaltiesAboveTheLimit_WhenRegistered_ItReverts() public {
        FineTune memory tune = fineTune(base, version);
        tune.shares.royaltyBps = 1_800;
        tune.parent = register(tune);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_RoyaltyTooHigh.selector, 2_100, 2_000));
        register(tune);

        tune = fineTune(base, version);
        tune.shares.royaltyBps = 2_001;
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_RoyaltyTooHigh.selector, 2_001, 2_000));
        register(tune);
    }

    function test_GivenFiveRoyalties_WhenASixthAccountWouldJoin_ItReverts() public {
        ModelId model = base;
        for (uint256 i = 0; i < 5; ++i) {
            string memory name = string(abi.encodePacked("tuner", i));
            openAccount(name);
            FineTune memory tune = fineTune(model, version);
            tune.shares.royaltyBps = 100;
            vm.prank(named(name));
            model = models.registerFineTune(tune);
        }
        vm.assertEq(models.servingTerms(model).royalties.length, 5);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_LineageTooDeep.selector, 6, 5));
        register(fineTune(model, version));
    }

    function test_GivenSharesAboveTheLimit_WhenRegistered_ItReverts() public {
        FineTune memory tune = fineTune(base, version);
        tune.shares.contributorBps = 6_701;
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_SharesTooHigh.selector, 9_001, 9_000));
        register(tune);
        tune.shares.contributorBps = 6_700;
        register(tune);
    }

    function test_GivenABadFineTune_WhenRegistered_ItSaysWhatIsWrong() public {
        FineTune memory tune = fineTune(ModelId.wrap(9), version);
        refuses(tune, abi.encodeWithSelector(IModels.Models_UnknownModel.selector, 9));

        tune = fineTune(base, version);
        tune.adapterHash = 0;
        refuses(tune, abi.encodeWithSelector(IModels.Models_ZeroHash.selector, "adapterHash"));

        tune = fineTune(base, version);
        tune.manifestHash = 0;
        refuses(tune, abi.encodeWithSelector(IModels.Models_ZeroHash.selector, "manifestHash"));

        tune = fineTune(base, version);
        tune.influence.root = 0;
        refuses(tune, abi.encodeWithSelector(IModels.Models_ZeroHash.selector, "influence.root"));

        tune = fineTune(base, version);
        tune.influence.indexHash = 0;
        refuses(tune, abi.encodeWithSelector(IModels.Models_ZeroHash.selector, "influence.indexHash"));

        tune = fineTune(base, version);
        tune.influence.rowCount = 0;
        refuses(tune, abi.encodeWithSelector(IModels.Models_RowCountZero.selector));

        uint16[4] memory dims = [uint16(0), 63, 96, 4_160];
        for (uint256 i = 0; i < dims.length; ++i) {
            tune = fineTune(base, version);
            tune.influence.dims = dims[i];
            refuses(tune, abi.encodeWithSelector(IModels.Models_DimsOutOfRange.selector, dims[i]));
        }

        tune = fineTune(base, version);
        tune.influence.topK = 17;
        refuses(tune, abi.encodeWithSelector(IModels.Models_TopKOutOfRange.selector, 17));
        tune.influence.topK = 0;
        refuses(tune, abi.encodeWithSelector(IModels.Models_TopKOutOfRange.selector, 0));
    }

    function test_GivenBadVersions_WhenRegistered_ItReverts() public {
        FineTune memory tune = fineTune(base, version);
        tune.versions = new VersionId[](0);
        refuses(tune, abi.encodeWithSelector(IModels.Models_VersionsOutOfRange.selector, 0, 8));
        tune.versions = new VersionId[](9);
        refuses(tune, abi.encodeWithSelector(IModels.Models_VersionsOutOfRange.selector, 9, 8));

        tune.versions = new VersionId[](2);
        (tune.versions[0], tune.versions[1]) = (version, version);
        refuses(tune, abi.encodeWithSelector(IModels.Models_VersionsUnsorted.selector, version, version));

        tune.versions[1] = VersionId.wrap(VersionId.unwrap(version) + 1);
        refuses(tune, abi.encodeWithSelector(IDatasets.Datasets_UnknownVersion.selector, tune.versions[1]));
    }

    function test_WhenAnOperatorIsSet_ItMayServeUntilItIsUnset() public {
        ModelId model = register(fineTune(base, version));
        vm.expectEmit(address(models));
        emit IModels.OperatorSet(2, AccountId.unwrap(ownerAccount), true);
        vm.prank(tuner);
        models.setOperator(model, ownerAccount, true);
        vm.assertTrue(models.isOperator(model, ownerAccount));
        vm.assertFalse(models.isOperator(model, tunerAccount));

        vm.expectEmit(address(models));
        emit IModels.OperatorSet(2, AccountId.unwrap(ownerAccount), false);
        vm.prank(tuner);
        models.setOperator(model, ownerAccount, false);
        vm.assertFalse(models.isOperator(model, ownerAccount));
    }

    function test_GivenTheWrongCallerOrOperator_WhenAnOperatorIsSet_ItReverts() public {
        ModelId model = register(fineTune(base, version));
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotOwner.selector, model, owner));
        vm.prank(owner);
        models.setOperator(model, ownerAccount, true);

        vm.startPrank(tuner);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_UnknownOperator.selector, 0));
        models.setOperator(model, AccountId.wrap(0), true);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_UnknownOperator.selector, 4));
        models.setOperator(model, AccountId.wrap(4), true);
    }

    function test_GivenABaseModel_WhenServed_ItReverts() public {
        bytes memory refusal = abi.encodeWithSelector(IModels.Models_NotServable.selector, base);
        vm.expectRevert(refusal);
        models.servingTerms(base);
        vm.expectRevert(refusal);
        models.influenceRootOf(base);
        vm.expectRevert(refusal);
        vm.prank(owner);
        models.setOperator(base, ownerAccount, true);
    }

    function test_GivenAnUnknownModel_WhenAskedFor_ItReverts() public {
        ModelId unknown = ModelId.wrap(9);
        bytes memory refusal = abi.encodeWithSelector(IModels.Models_UnknownModel.selector, unknown);
        vm.expectRevert(refusal);
        models.ownerOf(unknown);
        vm.expectRevert(refusal);
        models.parentOf(unknown);
        vm.expectRevert(refusal);
        models.versionsOf(unknown);
        vm.expectRevert(refusal);
        models.servingTerms(unknown);
    }

    function register(FineTune memory tune) private returns (ModelId) {
        vm.prank(tuner);
        return models.registerFineTune(tune);
    }

    function refuses(FineTune memory tune, bytes memory refusal) private {
        vm.expectRevert(refusal);
        register(tune);
    }
}
