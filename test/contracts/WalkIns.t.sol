// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {DepositWallet} from "../../contracts/DepositWallet.sol";
import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {Channel, ChannelKey, IChannels, WalkIn} from "../../contracts/interfaces/IChannels.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {IModels} from "../../contracts/interfaces/IModels.sol";
import {AccountId, BookId, ChannelId, ModelId} from "../../contracts/types/Ids.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";
import {PlainBatch, PlainRecord} from "./harness/PlainBatch.sol";

/// @notice Callers who pay once, by an authorisation of ERC-3009, and sign no voucher.
contract WalkInsTest is MarketBooks {
    uint256 private constant KEY = 0x3a1c;
    bytes32 private constant TYPEHASH = keccak256(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );

    address private caller = vm.addr(KEY);
    address private wallet;

    function setUp() public override {
        super.setUp();
        token.transfer(caller, 1_000 * uint256(OPEN) * 1e9);
        wallet = channels.depositAddressOf(operatorAccount, model);
    }

    function test_WhenSettled_TheCallersMoneyIsAChannelAllOfItCovered() public {
        uint32 number = accounts.accountCount() + 1;
        ChannelKey memory key = keyOfCaller(number);
        bytes32 id = ChannelId.unwrap(idOf(key));
        uint256 held = token.balanceOf(address(earnings));
        vm.expectEmit(address(accounts));
        emit IAccounts.AccountOpened(number, caller);
        vm.expectEmit(address(channels));
        emit IChannels.ChannelOpened(
            id,
            number,
            AccountId.unwrap(operatorAccount),
            ModelId.unwrap(model),
            0,
            address(0)
        );
        vm.expectEmit(address(channels));
        emit IChannels.ChannelFunded(id, named("facilitator"), 7_500_000, 7_500_000);
        vm.expectEmit(address(channels));
        emit IChannels.WalkInCovered(id, 7_500_000, 7);
        vm.assertEq(ChannelId.unwrap(settle(signed(7_500_000e9, 1))), id);

        expectChannel(key, Channel(address(0), 7, 7, 0, 7_500_000, 0, 0, 0, address(0), 0));
        vm.assertEq(token.balanceOf(address(earnings)), held + 7_500_000e9);
        vm.assertEq(token.balanceOf(wallet), 0);
    }

    function test_GivenACallerThatComesAgain_TheChannelGrows() public {
        settle(signed(7_000_000e9, 1));
        ChannelKey memory key = keyOfCaller(AccountId.unwrap(accounts.accountOf(caller)));
        uint32 before = accounts.accountCount();
        vm.expectEmit(address(channels));
        emit IChannels.WalkInCovered(ChannelId.unwrap(idOf(key)), 5_000_000, 12);
        settle(signed(5_000_000e9, 2));
        expectChannel(key, Channel(address(0), 12, 12, 0, 12_000_000, 0, 0, 0, address(0), 0));
        vm.assertEq(accounts.accountCount(), before);
    }

    function test_WhenRecorded_NoVoucherIsNeededAndNoneIsAccepted() public {
        settle(signed(7_000_000e9, 1));
        ChannelKey memory key = keyOfCaller(AccountId.unwrap(accounts.accountOf(caller)));
        bytes memory names = abi.encodePacked(key.payer, uint32(0));
        PlainRecord[] memory records = new PlainRecord[](2);
        (records[0], records[1]) = (drawn(0, 3, 1), drawn(0, 4, 2));
        recordAs(operatorAccount, model, names, "", PlainBatch.encode(records));
        vm.assertEq(channels.channelOf(key).chargedUnits, 7);

        bytes memory encoded = PlainBatch.encode(drawn(0, 1, 3));
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_NotCovered.selector, idOf(key), 8, uint32(7)));
        vm.prank(operator);
        ledger.recordBatch(model, names, "", encoded);
        (bytes32 r, bytes32 vs) = compact(key, KEY, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_BadVoucher.selector, idOf(key), caller, address(0)));
        channels.present(key, 1e18, r, vs);
        // Nobody's signature is not the signature of nobody.
        vm.expectRevert(
            abi.encodeWithSelector(IChannels.Channels_BadVoucher.selector, idOf(key), address(0), address(0))
        );
        channels.present(key, 1e18, 0, 0);
    }

    function test_GivenWhatWasNotCharged_TheCallerWithdrawsItLikeAnyDeposit() public {
        settle(signed(7_500_000e9, 1));
        ChannelKey memory key = keyOfCaller(AccountId.unwrap(accounts.accountOf(caller)));
        bytes memory names = abi.encodePacked(key.payer, uint32(0));
        recordAs(operatorAccount, model, names, "", PlainBatch.encode(drawn(0, 3, 1)));
        uint256 before = token.balanceOf(caller);
        vm.startPrank(caller);
        channels.requestChannelWithdrawal(key, type(uint64).max);
        pass(NOTICE);
        channels.withdrawChannel(key);
        vm.stopPrank();
        vm.assertEq(token.balanceOf(caller), before + 4_500_000e9);
        expectChannel(key, Channel(address(0), 3, 3, 3, 7_500_000, 4_500_000, 0, 0, address(0), 0));

        settle(signed(2_000_000e9, 2));
        expectChannel(key, Channel(address(0), 5, 5, 3, 9_500_000, 4_500_000, 0, 0, address(0), 0));
    }

    function test_GivenAVoidedRecord_TheCallerEarnsTheFee() public {
        settle(signed(7_000_000e9, 1));
        AccountId account = accounts.accountOf(caller);
        bytes memory names = abi.encodePacked(account, uint32(0));
        uint256 place = recordAs(operatorAccount, model, names, "", PlainBatch.encode(drawn(0, 3, 1)));
        takeOut(place, 0, false);
        vm.assertEq(earnedBy(account), 3_000_000);
        vm.assertEq(channels.channelOf(keyOfCaller(AccountId.unwrap(account))).chargedUnits, 3);
    }

    function test_GivenATopUpByAnybody_ItIsHeldButNotCovered() public {
        settle(signed(7_000_000e9, 1));
        ChannelKey memory key = keyOfCaller(AccountId.unwrap(accounts.accountOf(caller)));
        token.approve(address(earnings), 5_000_000e9);
        channels.fundChannel(key, 5_000_000);
        expectChannel(key, Channel(address(0), 12, 7, 0, 12_000_000, 0, 0, 0, address(0), 0));
    }

    function test_AWalkInChannelHasNoSigner() public {
        settle(signed(7_000_000e9, 1));
        ChannelKey memory key = keyOfCaller(AccountId.unwrap(accounts.accountOf(caller)));
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_SaltReserved.selector));
        vm.prank(caller);
        channels.proposeSigner(key, caller);
    }

    function test_GivenAnAuthorisationThatIsNotGood_NothingHappens() public {
        uint32 before = accounts.accountCount();
        WalkIn memory once = signed(7_000_000e9, 1);
        once.value += 1e9;
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector));
        settle(once);
        once = signed(7_000_000e9, 1);
        once.from = named(payerName(0));
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector));
        settle(once);
        vm.assertEq(accounts.accountCount(), before);

        once = signed(7_000_000e9, 1);
        settle(once);
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, caller, once.nonce));
        settle(once);
    }

    /// @dev What pays one operator or one model pays no other: the address is signed.
    function test_GivenAnotherOperatorOrModel_TheAuthorisationReverts() public {
        WalkIn memory once = signed(7_000_000e9, 1);
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector));
        channels.settleWalkIn(modelOwner, model, once);
        ModelId other = serve(fineTune(), page());
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector));
        channels.settleWalkIn(operatorAccount, other, once);
        AccountId none = AccountId.wrap(accounts.accountCount() + 2);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_UnknownOperator.selector, none));
        channels.settleWalkIn(none, model, once);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_UnknownOperator.selector, 0));
        channels.settleWalkIn(AccountId.wrap(0), model, once);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotServable.selector, base));
        channels.settleWalkIn(operatorAccount, base, once);
    }

    function test_GivenLessThanAGwei_ItReverts() public {
        ChannelKey memory key = keyOfCaller(accounts.accountCount() + 1);
        WalkIn memory once = signed(1e9 - 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_ZeroAmount.selector, idOf(key)));
        settle(once);
    }

    function test_GivenPartsOfAGwei_TheyStayUntilTheyAreSwept() public {
        settle(signed(1e15 + 0.75e9, 1));
        vm.assertEq(token.balanceOf(wallet), 0.75e9);
        settle(signed(1e15 + 0.75e9, 2));
        vm.assertEq(token.balanceOf(wallet), 1.5e9);
        token.transfer(wallet, 1e15);
        vm.assertEq(channels.sweep(operatorAccount, model), FEE_UNIT);
        vm.assertEq(token.balanceOf(wallet), 1.5e9);
    }

    /// @dev Nobody could take back the parts of a unit that no record can be charged.
    function test_GivenPartsOfAUnit_TheyAreSweptWithWhatComesNext() public {
        for (uint256 i = 1; i <= 10; ++i) {
            token.transfer(wallet, (uint256(FEE_UNIT) * 9 * 1e9) / 10);
            if (i != 1) vm.assertEq(channels.sweep(operatorAccount, model), FEE_UNIT);
        }
        expectChannel(payerless(), Channel(address(0), 9, 9, 0, 9 * FEE_UNIT, 0, 0, 0, address(0), 0));
        vm.assertEq(token.balanceOf(wallet), 0);
    }

    function test_GivenMoreThanTheChannelTakes_ItIsFilledAndTheRestStays() public {
        uint64 most = type(uint32).max;
        token.transfer(wallet, (uint256(most) + 5) * FEE_UNIT * 1e9);
        vm.assertEq(channels.sweep(operatorAccount, model), most * FEE_UNIT);
        expectChannel(
            payerless(),
            Channel(address(0), uint32(most), uint32(most), 0, most * FEE_UNIT, 0, 0, 0, address(0), 0)
        );
        vm.assertEq(token.balanceOf(wallet), 5 * uint256(FEE_UNIT) * 1e9);
        vm.expectRevert(
            abi.encodeWithSelector(IChannels.Channels_Full.selector, idOf(payerless()), uint256(most) + 5, most)
        );
        channels.sweep(operatorAccount, model);
    }

    function test_GivenAChannelThatHoldsSomething_ItIsFilledUpToItsMost() public {
        token.transfer(wallet, 7 * uint256(FEE_UNIT) * 1e9);
        vm.assertEq(channels.sweep(operatorAccount, model), 7 * FEE_UNIT);
        uint64 most = type(uint32).max;
        token.transfer(wallet, uint256(most) * FEE_UNIT * 1e9);
        vm.assertEq(channels.sweep(operatorAccount, model), (most - 7) * FEE_UNIT);
        vm.assertEq(token.balanceOf(wallet), 7 * uint256(FEE_UNIT) * 1e9);
    }

    /// @dev What is paid in without an authorisation is not covered, and this channel has nobody who could withdraw it.
    function test_GivenTheChannelWithoutAPayer_NobodyFundsIt() public {
        token.transfer(wallet, 1e15);
        channels.sweep(operatorAccount, model);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_NoPayer.selector, idOf(payerless())));
        channels.fundChannel(payerless(), 5 * OPEN);
    }

    function test_WhenSwept_MoneyWithoutAPayerIsCoveredAndLeavesByRecordsAlone() public {
        vm.prank(caller);
        token.transfer(wallet, 9_000_000e9);
        ChannelKey memory key = payerless();
        bytes32 id = ChannelId.unwrap(idOf(key));
        vm.expectEmit(address(channels));
        emit IChannels.ChannelOpened(id, 0, AccountId.unwrap(operatorAccount), ModelId.unwrap(model), 0, address(0));
        vm.expectEmit(address(channels));
        emit IChannels.ChannelFunded(id, address(this), 9_000_000, 9_000_000);
        vm.expectEmit(address(channels));
        emit IChannels.WalkInCovered(id, 9_000_000, 9);
        vm.assertEq(channels.sweep(operatorAccount, model), 9_000_000);
        expectChannel(key, Channel(address(0), 9, 9, 0, 9_000_000, 0, 0, 0, address(0), 0));

        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, 0));
        channels.requestChannelWithdrawal(key, 1);
        bytes memory names = abi.encodePacked(uint32(0), uint32(0));
        uint256 place = recordAs(operatorAccount, model, names, "", PlainBatch.encode(drawn(0, 4, 1)));
        vm.assertEq(channels.channelOf(key).chargedUnits, 4);

        // Nobody paid it, so it is given to contributors once it is voided.
        bytes32 root = voidedRootOf(place);
        vm.expectEmit(address(ledger));
        emit ILedger.RecordVoided(1, 0, 0, 4_000_000, false, 0, root, keccak256(new bytes(1_024)));
        vm.expectEmit(address(ledger));
        emit ILedger.GivenToBook(BookId.unwrap(book(1)), 4_000_000);
        takeOut(place, 0, false);
        vm.assertEq(state(1).givenGwei, 4_000_000);
    }

    function test_GivenLessThanAUnit_SweepingReverts() public {
        bytes memory refusal = abi.encodeWithSelector(IChannels.Channels_ZeroAmount.selector, idOf(payerless()));
        vm.expectRevert(refusal);
        channels.sweep(operatorAccount, model);
        token.transfer(wallet, uint256(FEE_UNIT) * 1e9 - 1);
        vm.expectRevert(refusal);
        channels.sweep(operatorAccount, model);
    }

    function test_TheDepositAddressIsKnownBeforehandAndCanDoNothing() public {
        bytes memory code = abi.encodePacked(type(DepositWallet).creationCode, abi.encode(token, earnings));
        bytes32 salt = keccak256(abi.encode(operatorAccount, model));
        bytes32 digest = keccak256(abi.encodePacked(hex"ff", address(channels), salt, keccak256(code)));
        vm.assertEq(wallet, address(uint160(uint256(digest))));
        vm.assertEq(wallet.code.length, 0);
        settle(signed(1e15, 1));
        vm.assertTrue(wallet.code.length != 0);
        vm.assertEq(token.allowance(wallet, address(earnings)), type(uint256).max);
        (bool done, ) = wallet.call(abi.encodeCall(token.transfer, (caller, 1)));
        vm.assertFalse(done);
    }

    /// @dev An authorisation that somebody carries to the token directly still pays the operator, for calls of nobody.
    function test_GivenAnAuthorisationUsedElsewhere_TheMoneyHasNoPayer() public {
        WalkIn memory once = signed(7_000_000e9, 1);
        token.transferWithAuthorization(
            once.from,
            wallet,
            once.value,
            once.validAfter,
            once.validBefore,
            once.nonce,
            once.v,
            once.r,
            once.s
        );
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, caller, once.nonce));
        settle(once);
        vm.assertEq(channels.sweep(operatorAccount, model), 7_000_000);
    }

    function payerless() private view returns (ChannelKey memory) {
        return ChannelKey(AccountId.wrap(0), operatorAccount, model, 0);
    }

    function keyOfCaller(uint32 number) private view returns (ChannelKey memory) {
        return ChannelKey(AccountId.wrap(number), operatorAccount, model, 0);
    }

    function settle(WalkIn memory walkIn) private returns (ChannelId) {
        vm.prank(named("facilitator"));
        return channels.settleWalkIn(operatorAccount, model, walkIn);
    }

    function signed(uint256 value, uint256 nonce) private view returns (WalkIn memory walkIn) {
        (walkIn.from, walkIn.value) = (caller, value);
        (walkIn.validBefore, walkIn.nonce) = (block.timestamp + 600, keccak256(abi.encode(nonce)));
        bytes32 message = keccak256(
            abi.encode(TYPEHASH, caller, wallet, value, walkIn.validAfter, walkIn.validBefore, walkIn.nonce)
        );
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Open"),
                keccak256("1"),
                block.chainid,
                address(token)
            )
        );
        (walkIn.v, walkIn.r, walkIn.s) = vm.sign(KEY, keccak256(abi.encodePacked(hex"1901", domain, message)));
    }

    /// @dev The root of a batch of one record once that is voided.
    function voidedRootOf(uint256 place) private view returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0), recorded[place].header.root));
    }

    function expectChannel(ChannelKey memory key, Channel memory expected) private view {
        vm.assertEq(abi.encode(channels.channelOf(key)), abi.encode(expected));
    }
}
