// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Channels} from "../../contracts/Channels.sol";
import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {Channel, ChannelKey, IChannels} from "../../contracts/interfaces/IChannels.sol";
import {IModels} from "../../contracts/interfaces/IModels.sol";
import {AccountId, ChannelId, ModelId} from "../../contracts/types/Ids.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";
import {OwnedWallet, WalletVm} from "./harness/Wallets.sol";

contract ChannelsTest is MarketBooks {
    uint256 private constant SIGNING_KEY = 0x51697;

    address private payer = named("newcomer");
    address private signer = vm.addr(SIGNING_KEY);

    function setUp() public override {
        super.setUp();
        token.transfer(payer, uint256(DEPOSIT) * 1e9);
        vm.prank(payer);
        token.approve(address(earnings), type(uint256).max);
    }

    function test_WhenOpened_TheDepositIsHeldAndThePayerGetsAnAccount() public {
        uint32 number = accounts.accountCount() + 1;
        ChannelKey memory key = ChannelKey(AccountId.wrap(number), operatorAccount, model, 1);
        bytes32 id = ChannelId.unwrap(idOf(key));
        uint256 held = token.balanceOf(address(earnings));
        vm.expectEmit(address(accounts));
        emit IAccounts.AccountOpened(number, payer);
        vm.expectEmit(address(channels));
        emit IChannels.ChannelOpened(id, number, AccountId.unwrap(operatorAccount), ModelId.unwrap(model), 1, signer);
        vm.expectEmit(address(channels));
        emit IChannels.ChannelFunded(id, payer, 2_500_000, 2_500_000);
        vm.prank(payer);
        vm.assertEq(ChannelId.unwrap(channels.openChannel(operatorAccount, model, 1, signer, 2_500_000)), id);

        expectChannel(key, Channel(signer, 2, 0, 0, 2_500_000, 0, 0, 0, address(0), 0));
        vm.assertEq(token.balanceOf(address(earnings)), held + 2_500_000e9);
        vm.assertEq(AccountId.unwrap(accounts.accountOf(payer)), number);
    }

    function test_GivenAPayerWithAnAccount_NoOtherIsOpened() public {
        uint32 before = accounts.accountCount();
        open(payers[0], 9, 0);
        vm.assertEq(accounts.accountCount(), before);
    }

    function test_WhenOpenedWithNothing_ItIsFundedLater() public {
        ChannelKey memory key = open(payers[0], 9, 0);
        expectChannel(key, Channel(signer, 0, 0, 0, 0, 0, 0, 0, address(0), 0));
        vm.startPrank(payer);
        vm.expectEmit(address(channels));
        emit IChannels.ChannelFunded(ChannelId.unwrap(idOf(key)), payer, 3_999_999, 3_999_999);
        channels.fundChannel(key, 3_999_999);
        vm.expectEmit(address(channels));
        emit IChannels.ChannelFunded(ChannelId.unwrap(idOf(key)), payer, 1, 4_000_000);
        channels.fundChannel(key, 1);
        expectChannel(key, Channel(signer, 4, 0, 0, 4_000_000, 0, 0, 0, address(0), 0));
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_ZeroAmount.selector, idOf(key)));
        channels.fundChannel(key, 0);
    }

    function test_GivenWhatCannotBeOpened_ItReverts() public {
        vm.startPrank(payer);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_SaltReserved.selector));
        channels.openChannel(operatorAccount, model, 0, signer, 1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_ZeroSigner.selector));
        channels.openChannel(operatorAccount, model, 1, address(0), 1);
        AccountId none = AccountId.wrap(accounts.accountCount() + 1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_UnknownOperator.selector, none));
        channels.openChannel(none, model, 1, signer, 1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_UnknownOperator.selector, 0));
        channels.openChannel(AccountId.wrap(0), model, 1, signer, 1);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotServable.selector, base));
        channels.openChannel(operatorAccount, base, 1, signer, 0);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_UnknownModel.selector, 99));
        channels.openChannel(operatorAccount, ModelId.wrap(99), 1, signer, 0);
        channels.openChannel(operatorAccount, model, 1, signer, 1);
        ChannelKey memory key = ChannelKey(accounts.accountOf(payer), operatorAccount, model, 1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_Exists.selector, idOf(key)));
        channels.openChannel(operatorAccount, model, 1, signer, 1);
    }

    function test_GivenNoAllowance_OpeningReverts() public {
        vm.startPrank(payer);
        token.approve(address(earnings), 4e9);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(earnings), 4e9, 5e9)
        );
        channels.openChannel(operatorAccount, model, 1, signer, 5);
    }

    function test_GivenAnUnknownChannel_EveryActReverts() public {
        ChannelKey memory key = ChannelKey(payers[0], operatorAccount, model, 77);
        bytes memory refusal = abi.encodeWithSelector(IChannels.Channels_Unknown.selector, idOf(key));
        vm.startPrank(named(payerName(0)));
        vm.expectRevert(refusal);
        channels.fundChannel(key, 1);
        vm.expectRevert(refusal);
        channels.present(key, 1, 0, 0);
        vm.expectRevert(refusal);
        channels.proposeSigner(key, signer);
        vm.expectRevert(refusal);
        channels.acceptSigner(key);
        vm.expectRevert(refusal);
        channels.requestChannelWithdrawal(key, 1);
        vm.expectRevert(refusal);
        channels.withdrawChannel(key);
    }

    /// @dev 2^32 − 1 units are all that a channel takes at a time.
    function test_GivenMoreThanAChannelTakes_FundingReverts() public {
        uint64 most = type(uint32).max * uint64(FEE_UNIT);
        ChannelKey memory key = channelKey(0);
        token.approve(address(earnings), type(uint256).max);
        channels.fundChannel(key, most - DEPOSIT + FEE_UNIT - 1);
        vm.assertEq(channels.channelOf(key).limitUnits, type(uint32).max);
        vm.expectRevert(
            abi.encodeWithSelector(IChannels.Channels_Full.selector, idOf(key), uint256(1) << 32, type(uint32).max)
        );
        channels.fundChannel(key, 1);
    }

    function test_WhenPresented_TheLargestVoucherCounts() public {
        ChannelKey memory key = open(payers[0], 9, DEPOSIT);
        expectPresented(key, 5e15, 5);
        // Down to whole units: one wei less is a unit less.
        expectPresented(key, 8e15 - 1, 7);
        expectPresented(key, 8e15, 8);
        expectNothing(key, 8e15);
        expectNothing(key, 8e15 + 1);
        expectNothing(key, 2e15);
        expectNothing(key, 0);
        vm.assertEq(channels.channelOf(key).coveredUnits, 8);
    }

    function test_GivenAVoucherAboveTheDeposit_ItCountsAgainAfterATopUp() public {
        ChannelKey memory key = open(payers[0], 9, 3 * uint64(FEE_UNIT));
        expectPresented(key, type(uint128).max, 3);
        vm.prank(payer);
        channels.fundChannel(key, 2 * uint64(FEE_UNIT));
        vm.assertEq(channels.channelOf(key).coveredUnits, 3, "a top-up covers nothing by itself");
        expectPresented(key, type(uint128).max, 5);
    }

    function test_GivenAnotherSignature_AVoucherReverts() public {
        ChannelKey memory key = open(payers[0], 9, DEPOSIT);
        (bytes32 r, bytes32 vs) = compact(key, 0xbad, 5e15);
        expectBadVoucher(key, 5e15, r, vs, vm.addr(0xbad));
        expectBadVoucher(key, 5e15, 0, 0, address(0));

        // Of another channel of the same payer and signer.
        ChannelKey memory other = open(payers[0], 10, DEPOSIT);
        (r, vs) = compact(key, SIGNING_KEY, 5e15);
        bytes32 digest = voucherHash(address(channels), other, 5e15);
        expectBadVoucher(other, 5e15, r, vs, recovered(digest, r, vs));
        // With another amount.
        digest = voucherHash(address(channels), key, 6e15);
        expectBadVoucher(key, 6e15, r, vs, recovered(digest, r, vs));
        channels.present(key, 5e15, r, vs);
    }

    function test_GivenAVoucherOfAnotherChainOrContract_ItReverts() public {
        ChannelKey memory key = open(payers[0], 9, DEPOSIT);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(SIGNING_KEY, voucherHash(address(ledger), key, 5e15));
        bytes32 vs = bytes32((uint256(v - 27) << 255) | uint256(s));
        expectBadVoucher(key, 5e15, r, vs, recovered(voucherHash(address(channels), key, 5e15), r, vs));

        (r, vs) = compact(key, SIGNING_KEY, 5e15);
        WalletVm(address(vm)).chainId(block.chainid + 1);
        expectBadVoucher(key, 5e15, r, vs, recovered(voucherHash(address(channels), key, 5e15), r, vs));
        WalletVm(address(vm)).chainId(block.chainid - 1);
        channels.present(key, 5e15, r, vs);
    }

    /// @dev A contract wallet signs nothing here: it names a plain key, so that recording never calls it.
    function test_GivenAContractWallet_ItNamesAKeyForItsVouchers() public {
        OwnedWallet wallet = new OwnedWallet(named("owner"));
        vm.prank(address(wallet));
        channels.openChannel(operatorAccount, model, 1, signer, 0);
        ChannelKey memory key = ChannelKey(accounts.accountOf(address(wallet)), operatorAccount, model, 1);
        vm.prank(payer);
        channels.fundChannel(key, 4 * uint64(FEE_UNIT));
        expectPresented(key, 3e15, 3);
        // The wallet's own word counts for nothing.
        (bytes32 r, bytes32 vs) = compact(key, 0x0123, 4e15);
        expectBadVoucher(key, 4e15, r, vs, vm.addr(0x0123));
    }

    function test_GivenAnyoneButTheLedger_ChargingReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_NotLedger.selector, address(this)));
        channels.charge(new uint256[](0), FEE_UNIT, "");
    }

    function test_WhenALedgerIsAppointed_ItIsToldAndStaysForGood() public {
        Channels fresh = new Channels(earnings, address(manager), NOTICE);
        vm.assertTrue(token.refuses(address(fresh)));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, payer));
        vm.prank(payer);
        fresh.appointLedger(address(ledger));
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_ZeroAddress.selector));
        fresh.appointLedger(address(0));
        vm.expectEmit(address(fresh));
        emit IChannels.LedgerAppointed(address(ledger));
        fresh.appointLedger(address(ledger));
        vm.assertEq(fresh.ledger(), address(ledger));
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_AlreadyAppointed.selector, address(ledger)));
        fresh.appointLedger(named("another"));
    }

    function test_WhenTheNoticeIsSet_OldAndNewAreTold() public {
        vm.expectEmit(address(channels));
        emit IChannels.NoticeSet(NOTICE, 1 days);
        channels.setNotice(1 days);
        channels.setNotice(14 days);
        vm.assertEq(channels.noticeSeconds(), 14 days);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_NoticeOutOfRange.selector, 1 days - 1));
        channels.setNotice(1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_NoticeOutOfRange.selector, 14 days + 1));
        channels.setNotice(14 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, payer));
        vm.prank(payer);
        channels.setNotice(1 days);
    }

    function testFuzz_GivenAnyVouchers_CoverIsTheLargestAsFarAsTheDepositReaches(
        uint64 depositGwei,
        uint128[5] memory amounts
    ) public {
        depositGwei = depositGwei % DEPOSIT;
        ChannelKey memory key = open(payers[0], 9, depositGwei);
        uint256 largest = 0;
        for (uint256 i = 0; i < amounts.length; ++i) {
            uint128 amountWei = uint128(amounts[i] % (2 * uint256(DEPOSIT) * 1e9));
            if (amountWei > largest) largest = amountWei;
            (bytes32 r, bytes32 vs) = compact(key, SIGNING_KEY, amountWei);
            channels.present(key, amountWei, r, vs);
            uint256 reached = largest / 1e9 < depositGwei ? largest / 1e9 : depositGwei;
            vm.assertEq(channels.channelOf(key).coveredUnits, reached / FEE_UNIT);
        }
    }

    function open(AccountId account, uint32 salt, uint64 amountGwei) private returns (ChannelKey memory key) {
        key = ChannelKey(account, operatorAccount, model, salt);
        vm.prank(accounts.payoutOf(account));
        channels.openChannel(operatorAccount, model, salt, signer, amountGwei);
    }

    function expectChannel(ChannelKey memory key, Channel memory expected) private view {
        vm.assertEq(abi.encode(channels.channelOf(key)), abi.encode(expected));
    }

    function expectPresented(ChannelKey memory key, uint128 amountWei, uint32 units) private {
        (bytes32 r, bytes32 vs) = compact(key, SIGNING_KEY, amountWei);
        vm.expectEmit(address(channels));
        emit IChannels.VoucherPresented(ChannelId.unwrap(idOf(key)), amountWei, units);
        vm.prank(named("anyone"));
        channels.present(key, amountWei, r, vs);
        vm.assertEq(channels.channelOf(key).coveredUnits, units);
    }

    function expectNothing(ChannelKey memory key, uint128 amountWei) private {
        (uint48 before, ) = channels.journal();
        (bytes32 r, bytes32 vs) = compact(key, SIGNING_KEY, amountWei);
        channels.present(key, amountWei, r, vs);
        (uint48 count, ) = channels.journal();
        vm.assertEq(count, before, "what covers no more is passed over");
    }

    function expectBadVoucher(ChannelKey memory key, uint128 amountWei, bytes32 r, bytes32 vs, address found) private {
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_BadVoucher.selector, idOf(key), found, signer));
        channels.present(key, amountWei, r, vs);
    }

    function recovered(bytes32 digest, bytes32 r, bytes32 vs) private pure returns (address) {
        return ecrecover(digest, uint8(uint256(vs) >> 255) + 27, r, (vs << 1) >> 1);
    }
}
