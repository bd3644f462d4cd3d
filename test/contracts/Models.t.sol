// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {IClock} from "../../contracts/interfaces/IClock.sol";
import {
    BaseModel,
    FineTuneTerms,
    IModels,
    ModelTerms,
    PayTerms,
    RecordingTerms,
    Royalty,
    SettlementTerms
} from "../../contracts/interfaces/IModels.sol";
import {AccountId, ModelId, VersionId} from "../../contracts/types/Ids.sol";
import {Registrar, Registration} from "./harness/Registrar.sol";

contract ModelsTest is Registrar {
    uint40 private constant FOR_GOOD = type(uint40).max;

    Registration private plain;
    AccountId private operator;

    function setUp() public override {
        super.setUp();
        operator = openAccount("operator");
        uint32[] memory kept = new uint32[](4);
        (kept[0], kept[1], kept[2], kept[3]) = (16, 5, 30, 7);
        keep(drawKept("models", kept, 64));
    }

    function test_WhenDeployed_ItSaysWhatItUses() public view {
        vm.assertEq(address(models.accounts()), address(accounts));
        vm.assertEq(address(models.datasets()), address(datasets));
        vm.assertEq(address(models.clock()), address(clock));
        vm.assertEq(models.fineTunes(), address(fineTunes));
        vm.assertEq(models.court(), address(court));
        vm.assertEq(models.unitCourt(), address(unitCourt));
        vm.assertEq(abi.encode(models.terms()), abi.encode(ModelTerms(ACTIVATION, NOTICE)));
        vm.assertEq(models.MAX_SHARES_BPS(), 9_000);
        vm.assertEq(models.MAX_DIMS(), 1_024);
        vm.assertEq(models.DIMS_STEP(), 64);
        vm.assertEq(models.MAX_FEE_UNIT(), 1e9);
    }

    function test_WhenABaseIsRegistered_ItBelongsToTheCallersAccount() public {
        BaseModel memory described = baseModel(0);
        vm.expectEmit(address(models));
        emit IModels.BaseModelRegistered(2, AccountId.unwrap(ownerAccount), described);
        vm.prank(owner);
        ModelId model = models.registerBase(described);

        vm.assertEq(ModelId.unwrap(model), 2);
        vm.assertEq(models.modelCount(), 2);
        vm.assertTrue(models.ownerOf(model) == ownerAccount);
        vm.assertEq(ModelId.unwrap(models.parentOf(model)), 0);
        vm.assertEq(models.activeFrom(model), 0);
        vm.assertEq(models.struckAt(model), 0);
        (uint16 contributorBps, uint32 feeUnitGwei) = models.poolTermsOf(model);
        vm.assertEq(uint256(contributorBps) + feeUnitGwei, 0);
    }

    function test_GivenABadBase_WhenRegistered_ItReverts() public {
        BaseModel memory described = baseModel(0);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, address(this)));
        models.registerBase(described);

        described.name = "";
        refusesBase(described, abi.encodeWithSelector(IModels.Models_EmptyName.selector));
        described = baseModel(2_001);
        refusesBase(described, abi.encodeWithSelector(IModels.Models_RoyaltyTooHigh.selector, 2_001, 2_000));
        described = baseModel(0);
        described.weightsHash = 0;
        refusesBase(described, abi.encodeWithSelector(IModels.Models_ZeroHash.selector, "weightsHash"));
        clock.pause();
        refusesBase(baseModel(0), abi.encodeWithSelector(IClock.Clock_Paused.selector, clock.pausedUntil()));
    }

    function test_GivenAnyoneButFineTunes_NothingIsEnteredOrActivated() public {
        Registration memory drawn = plain;
        FineTuneTerms memory terms = FineTuneTerms(base, drawn.tune.shares, drawn.tune.pay, 64);
        address[3] memory others = [owner, address(this), address(court)];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IModels.Models_NotAppointed.selector, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(refusal);
            models.enter(ownerAccount, terms);
            vm.expectRevert(refusal);
            models.activate(base, address(token));
            vm.stopPrank();
        }
    }

    function test_WhenAFineTuneIsRegistered_ItsSettlementHasItsTermsAndItsParentsRoyalty() public {
        Registration memory drawn = plain;
        drawn.tune.pay = PayTerms({baseBps: 2_000, floorBps: 5_000, sketched: true, feeUnitGwei: 7});
        ModelId model = register(drawn);
        Royalty[] memory royalties = new Royalty[](1);
        royalties[0] = Royalty({account: baseOwner, bps: 300});
        SettlementTerms memory expected = SettlementTerms({
            owner: ownerAccount,
            contributorBps: 6_000,
            operatorBps: 1_500,
            baseBps: 2_000,
            floorBps: 5_000,
            dims: 64,
            unitCount: uint16(drawn.units.length),
            keptRows: 58,
            floorNorm: uint64(normOf(drawn)),
            fixedTotal: models.settlementTerms(model, 0).fixedTotal,
            royalties: royalties
        });
        vm.assertEq(abi.encode(models.settlementTerms(model, 0)), abi.encode(expected));
        vm.assertEq(ModelId.unwrap(models.parentOf(model)), ModelId.unwrap(base));
        vm.assertEq(models.feeUnitOf(model), 7);
        (uint16 contributorBps, uint32 feeUnitGwei) = models.poolTermsOf(model);
        vm.assertEq(contributorBps, 6_000);
        vm.assertEq(feeUnitGwei, 7);
    }

    function test_GivenRecordsWithoutSketches_TheSettlementHasNoDimensions() public {
        Registration memory drawn = plain;
        drawn.tune.pay.sketched = false;
        ModelId model = serve(drawn);
        vm.assertEq(models.settlementTerms(model, 0).dims, 0);
        vm.assertEq(models.rowTermsOf(model).dims, 64);
        vm.assertEq(
            abi.encode(models.recordingTerms(model, operator)),
            abi.encode(RecordingTerms({feeUnitGwei: 1e6, sketchBytes: 0, time: clock.time()}))
        );
    }

    function test_GivenPayAtItsBounds_ItIsTaken_AndBeyondThemRefused() public {
        takesPay(PayTerms({baseBps: 0, floorBps: 5_000, sketched: true, feeUnitGwei: 1}));
        takesPay(PayTerms({baseBps: 9_999, floorBps: 40_000, sketched: true, feeUnitGwei: 1e9}));
        takesPay(PayTerms({baseBps: 0, floorBps: 10_000, sketched: false, feeUnitGwei: 1e6}));
        takesPay(PayTerms({baseBps: 10_000, floorBps: 10_000, sketched: false, feeUnitGwei: 1e6}));

        refusesPay(PayTerms({baseBps: 0, floorBps: 4_999, sketched: true, feeUnitGwei: 1}));
        refusesPay(PayTerms({baseBps: 0, floorBps: 40_001, sketched: true, feeUnitGwei: 1}));
        refusesPay(PayTerms({baseBps: 10_001, floorBps: 10_000, sketched: false, feeUnitGwei: 1}));
        refusesPay(PayTerms({baseBps: 10_000, floorBps: 10_000, sketched: true, feeUnitGwei: 1}));
        refusesPay(PayTerms({baseBps: 0, floorBps: 10_000, sketched: true, feeUnitGwei: 0}));
        refusesPay(PayTerms({baseBps: 0, floorBps: 10_000, sketched: true, feeUnitGwei: 1e9 + 1}));
    }

    function test_GivenNoSketchesOfUnits_OnlyAnEqualSplitIsTaken() public {
        Registration memory drawn = plain;
        drawn.tune.index.dims = 0;
        drawn.tune.index.fileHash = 0;
        drawn.tune.pay = PayTerms({baseBps: 9_999, floorBps: 10_000, sketched: false, feeUnitGwei: 1e6});
        refuses(drawn, abi.encodeWithSelector(IModels.Models_PayOutOfRange.selector, drawn.tune.pay, 0));
    }

    function test_GivenDimensionsThatAreNoMultipleOf64UpTo1024_ItReverts() public {
        uint16[5] memory dims = [1, 32, 63, 65, 1_088];
        for (uint256 i = 0; i < dims.length; ++i) {
            Registration memory drawn = plain;
            drawn.tune.index.dims = dims[i];
            refuses(drawn, abi.encodeWithSelector(IModels.Models_DimsOutOfRange.selector, dims[i]));
        }
    }

    function test_GivenSharesAtTheirLimit_TheyAreTaken_AndOneMoreIsRefused() public {
        Registration memory drawn = plain;
        drawn.tune.shares.contributorBps = 9_000 - 1_500 - 300;
        register(drawn);
        drawn.tune.shares.contributorBps += 1;
        refuses(drawn, abi.encodeWithSelector(IModels.Models_SharesTooHigh.selector, 9_001, 9_000));
        drawn.tune.shares.contributorBps = type(uint16).max;
        drawn.tune.shares.operatorBps = type(uint16).max;
        refuses(drawn, abi.encodeWithSelector(IModels.Models_SharesTooHigh.selector, 2 * 65_535 + 300, 9_000));
    }

    function test_GivenRoyaltiesAboveTheLimit_ItReverts() public {
        Registration memory drawn = plain;
        drawn.tune.shares.royaltyBps = 2_001;
        refuses(drawn, abi.encodeWithSelector(IModels.Models_RoyaltyTooHigh.selector, 2_001, 2_000));
        drawn.tune.shares.royaltyBps = 1_701;
        drawn.tune.parent = register(drawn);
        refuses(drawn, abi.encodeWithSelector(IModels.Models_RoyaltyTooHigh.selector, 2_001, 2_000));
    }

    function test_GivenAGrandparent_WhenRegistered_ItOwesBothAndAddsUpOneAccount() public {
        Registration memory drawn = plain;
        drawn.tune.parent = register(drawn);
        ModelId child = registerAs("base owner", drawn);
        Royalty[] memory owed = models.settlementTerms(child, 0).royalties;
        Royalty[] memory expected = new Royalty[](2);
        (expected[0], expected[1]) = (Royalty(baseOwner, 300), Royalty(ownerAccount, 500));
        vm.assertEq(abi.encode(owed), abi.encode(expected));

        drawn.tune.parent = child;
        drawn.tune.shares.contributorBps = 5_000;
        expected[0].bps = 800;
        vm.assertEq(abi.encode(models.settlementTerms(register(drawn), 0).royalties), abi.encode(expected));
    }

    function test_GivenFiveRoyalties_WhenASixthAccountWouldJoin_ItReverts() public {
        Registration memory drawn = plain;
        drawn.tune.shares.royaltyBps = 100;
        for (uint256 i = 0; i < 5; ++i) {
            string memory name = string(abi.encodePacked("tuner", i));
            openAccount(name);
            drawn.tune.parent = registerAs(name, drawn);
        }
        vm.assertEq(models.settlementTerms(drawn.tune.parent, 0).royalties.length, 5);
        refuses(drawn, abi.encodeWithSelector(IModels.Models_LineageTooDeep.selector, 6, 5));
    }

    function test_WhenAnOperatorIsSet_ItRecordsAtOnce_AndAfterTheNoticeNoMore() public {
        ModelId model = serve(plain);
        vm.assertEq(models.operatorUntil(model, operator), FOR_GOOD);
        RecordingTerms memory terms = RecordingTerms({feeUnitGwei: 1e6, sketchBytes: 8, time: clock.time()});
        vm.assertEq(abi.encode(models.recordingTerms(model, operator)), abi.encode(terms));

        uint40 until = clock.time() + NOTICE;
        vm.expectEmit(address(models));
        emit IModels.OperatorSet(ModelId.unwrap(model), AccountId.unwrap(operator), false, until);
        setOperator(model, false);
        vm.assertEq(models.operatorUntil(model, operator), until);
        vm.warp(block.timestamp + NOTICE - 1);
        models.recordingTerms(model, operator);
        vm.warp(block.timestamp + 1);
        expectNotOperator(model);
    }

    function test_GivenANoticeThatRuns_RemovingAgainDoesNotLengthenIt_AndSettingEndsIt() public {
        ModelId model = serve(plain);
        setOperator(model, false);
        uint40 until = models.operatorUntil(model, operator);
        pass(1 days);
        setOperator(model, false);
        vm.assertEq(models.operatorUntil(model, operator), until);

        vm.expectEmit(address(models));
        emit IModels.OperatorSet(ModelId.unwrap(model), AccountId.unwrap(operator), true, FOR_GOOD);
        setOperator(model, true);
        pass(30 days);
        models.recordingTerms(model, operator);
    }

    function test_GivenSomebodyWhoNeverWasOperator_RemovingItGivesItNoNotice() public {
        ModelId model = register(plain);
        vm.expectEmit(address(models));
        emit IModels.OperatorSet(ModelId.unwrap(model), AccountId.unwrap(operator), false, 0);
        setOperator(model, false);
        pass(ACTIVATION);
        expectNotOperator(model);
    }

    function test_WhilePaused_NothingIsRecorded_AndNoticesStandStill() public {
        ModelId model = serve(plain);
        setOperator(model, false);
        pass(NOTICE - 1);
        clock.pause();
        pass(5 days);
        vm.expectRevert(abi.encodeWithSelector(IClock.Clock_Paused.selector, clock.pausedUntil()));
        models.recordingTerms(model, operator);
        clock.resume();
        models.recordingTerms(model, operator);
        pass(1);
        expectNotOperator(model);
    }

    function test_GivenANoticeThatGovernanceShortens_ThePendingOneStays() public {
        ModelId model = serve(plain);
        setOperator(model, false);
        models.setTerms(ModelTerms({activationSeconds: ACTIVATION, noticeSeconds: 1 days}));
        pass(NOTICE - 1);
        models.recordingTerms(model, operator);
        pass(1);
        expectNotOperator(model);
    }

    function test_GivenTheWrongCallerOrOperator_WhenAnOperatorIsSet_ItReverts() public {
        ModelId model = register(plain);
        address stranger = named("stranger");
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotOwner.selector, model, stranger));
        vm.prank(stranger);
        models.setOperator(model, operator, true);

        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_UnknownOperator.selector, 0));
        models.setOperator(model, AccountId.wrap(0), true);
        AccountId unknown = AccountId.wrap(accounts.accountCount() + 1);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_UnknownOperator.selector, unknown));
        models.setOperator(model, unknown, true);
    }

    function test_GivenAMovedPayout_TheNewAddressOwnsTheModel() public {
        ModelId model = register(plain);
        address moved = named("moved");
        vm.prank(owner);
        accounts.proposePayout(ownerAccount, moved);
        vm.prank(moved);
        accounts.acceptPayout(ownerAccount);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotOwner.selector, model, owner));
        setOperator(model, true);
        vm.prank(moved);
        models.setOperator(model, operator, true);
        vm.assertEq(models.operatorUntil(model, operator), FOR_GOOD);
    }

    function test_BeforeItsActivationIsOver_NothingIsRecorded() public {
        ModelId model = register(plain);
        setOperator(model, true);
        uint40 from = models.activeFrom(model);
        vm.assertEq(from, clock.time() + ACTIVATION);
        models.setTerms(ModelTerms({activationSeconds: 1 days, noticeSeconds: NOTICE}));
        vm.warp(block.timestamp + ACTIVATION - 1);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotActive.selector, model, from, from - 1));
        models.recordingTerms(model, operator);
        vm.warp(block.timestamp + 1);
        models.recordingTerms(model, operator);
    }

    function test_GivenUnitsAndMembersThatAreNotThere_ItReverts() public {
        Registration memory drawn = plain;
        ModelId model = register(drawn);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_UnknownUnit.selector, model, 3, 3));
        models.unitOf(model, 3);
        vm.assertTrue(drawn.units[2].isJoint);
        (AccountId account, uint32 kept, uint32 unitKept) = models.memberOf(model, 2, 1);
        vm.assertEq(
            abi.encode(account, kept, unitKept),
            abi.encode(drawn.trained[3].contributor, uint32(7), uint32(12))
        );
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NoMember.selector, model, 2, 2));
        models.memberOf(model, 2, 2);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NoMember.selector, model, 0, 0));
        models.memberOf(model, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NoMember.selector, model, 9, 0));
        models.memberOf(model, 9, 0);
    }

    function test_GivenABaseModel_NothingOfAFineTuneIsThere() public {
        bytes memory refusal = abi.encodeWithSelector(IModels.Models_NotServable.selector, base);
        vm.expectRevert(refusal);
        vm.prank(named("base owner"));
        models.setOperator(base, operator, true);
        vm.expectRevert(refusal);
        vm.prank(address(court));
        models.strike(base, 0);
        vm.expectRevert(refusal);
        models.recordingTerms(base, operator);
        expectNoUnits(base, refusal);
    }

    function test_GivenAnUnknownModel_WhenAskedFor_ItReverts() public {
        ModelId unknown = ModelId.wrap(99);
        bytes memory refusal = abi.encodeWithSelector(IModels.Models_UnknownModel.selector, unknown);
        vm.expectRevert(refusal);
        models.ownerOf(unknown);
        vm.expectRevert(refusal);
        models.parentOf(unknown);
        vm.expectRevert(refusal);
        models.struckAt(unknown);
        vm.expectRevert(refusal);
        models.activeFrom(unknown);
        vm.expectRevert(refusal);
        models.poolTermsOf(unknown);
        expectNoUnits(unknown, refusal);
        vm.assertEq(models.operatorUntil(unknown, operator), 0);
    }

    function expectNoUnits(ModelId model, bytes memory refusal) private {
        vm.expectRevert(refusal);
        models.settlementTerms(model, 0);
        vm.expectRevert(refusal);
        models.weigh(model, 0, 1, 0, "", 0);
        vm.expectRevert(refusal);
        models.memberOf(model, 0, 0);
        vm.expectRevert(refusal);
        models.unitOf(model, 0);
        vm.expectRevert(refusal);
        models.rowTermsOf(model);
        vm.expectRevert(refusal);
        models.feeUnitOf(model);
        vm.expectRevert(refusal);
        models.versionsOf(model);
    }

    function keep(Registration memory drawn) private {
        plain.tune = drawn.tune;
        plain.total = drawn.total;
        for (uint256 i = 0; i < drawn.trained.length; ++i) plain.trained.push(drawn.trained[i]);
        for (uint256 i = 0; i < drawn.units.length; ++i) plain.units.push(drawn.units[i]);
        for (uint256 i = 0; i < drawn.given.length; ++i) plain.given.push(drawn.given[i]);
    }

    function serve(Registration memory drawn) private returns (ModelId model) {
        model = register(drawn);
        setOperator(model, true);
        pass(ACTIVATION);
    }

    function registerAs(string memory name, Registration memory drawn) private returns (ModelId) {
        owner = named(name);
        ModelId model = register(drawn);
        owner = named("model owner");
        return model;
    }

    function setOperator(ModelId model, bool allowed) private {
        vm.prank(owner);
        models.setOperator(model, operator, allowed);
    }

    function takesPay(PayTerms memory pay) private {
        Registration memory drawn = plain;
        drawn.tune.pay = pay;
        SettlementTerms memory terms = models.settlementTerms(register(drawn), 0);
        vm.assertEq(terms.baseBps, pay.baseBps);
        vm.assertEq(terms.floorBps, pay.floorBps);
        vm.assertEq(terms.dims, pay.sketched ? 64 : 0);
    }

    function refusesPay(PayTerms memory pay) private {
        Registration memory drawn = plain;
        drawn.tune.pay = pay;
        refuses(drawn, abi.encodeWithSelector(IModels.Models_PayOutOfRange.selector, pay, 64));
    }

    function refuses(Registration memory drawn, bytes memory refusal) private {
        vm.expectRevert(refusal);
        register(drawn);
    }

    function refusesBase(BaseModel memory described, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(owner);
        models.registerBase(described);
    }

    function expectNotOperator(ModelId model) private {
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotOperator.selector, model, operator));
        models.recordingTerms(model, operator);
    }
}
