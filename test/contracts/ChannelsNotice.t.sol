// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Channel, ChannelKey, IChannels} from "../../contracts/interfaces/IChannels.sol";
import {ChannelId} from "../../contracts/types/Ids.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";
import {PlainBatch, PlainRecord} from "./harness/PlainBatch.sol";

/// @notice What payers take back, and whom they let sign: nothing that makes recording harder happens before its notice is over.
contract ChannelsNoticeTest is MarketBooks {
    uint32 private constant LIMIT = uint32(DEPOSIT / FEE_UNIT);

    address private payer = named(payerName(0));
    ChannelKey private key;
    bytes32 private id;
    address private signer;

    function setUp() public override {
        super.setUp();
        key = channelKey(0);
        id = ChannelId.unwrap(idOf(key));
        signer = vm.addr(keyOf(payerName(0)));
    }

    function test_WhenAskedBack_ItLeavesAfterTheNoticeAndItsCoverWithIt() public {
        cover(0, LIMIT);
        uint40 leavesAt = clock.time() + NOTICE;
        uint64 amountGwei = DEPOSIT - 10 * uint64(FEE_UNIT);
        vm.startPrank(payer);
        vm.expectEmit(address(channels));
        emit IChannels.WithdrawalRequested(id, amountGwei, leavesAt);
        channels.requestChannelWithdrawal(key, amountGwei);
        expectChannel(Channel(signer, LIMIT, LIMIT, 0, DEPOSIT, 0, amountGwei, leavesAt, address(0), 0));

        pass(NOTICE - 1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_LeavesLater.selector, leavesAt, leavesAt - 1));
        channels.withdrawChannel(key);
        pass(1);
        uint256 before = token.balanceOf(payer);
        vm.expectEmit(address(channels));
        emit IChannels.ChannelWithdrawn(id, payer, amountGwei, amountGwei, 10);
        channels.withdrawChannel(key);
        vm.assertEq(token.balanceOf(payer), before + uint256(amountGwei) * 1e9);
        expectChannel(Channel(signer, 10, 10, 0, DEPOSIT, amountGwei, 0, 0, address(0), 0));
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_NothingLeaving.selector, idOf(key)));
        channels.withdrawChannel(key);
    }

    /// @dev A served payer could once lower at once what it could be charged, and every later batch with it in failed.
    function test_UntilTheNoticeEnds_ThePayerCanBeChargedAllThatItSigned() public {
        vm.prank(payer);
        channels.requestChannelWithdrawal(key, DEPOSIT);
        pass(NOTICE + 5 days);
        cover(0, 65_535);
        recordRaw(drawn(0, 65_535, 1));
        vm.prank(payer);
        channels.withdrawChannel(key);
        vm.assertEq(
            channels.channelOf(key).withdrawnGwei,
            DEPOSIT - 65_535 * uint64(FEE_UNIT),
            "what charges have left"
        );
    }

    function test_GivenAVoucherThatWasNotPresented_ItCountsForNothingOnceTheDepositHasLeft() public {
        vm.startPrank(payer);
        channels.requestChannelWithdrawal(key, DEPOSIT);
        pass(NOTICE);
        channels.withdrawChannel(key);
        vm.stopPrank();
        cover(0, LIMIT);
        vm.assertEq(channels.channelOf(key).coveredUnits, 0);
        // After a top-up it counts again: vouchers are totals, and so are charges.
        vm.prank(payer);
        channels.fundChannel(key, 5 * uint64(FEE_UNIT));
        cover(0, LIMIT);
        expectChannel(Channel(signer, 5, 5, 0, DEPOSIT + 5 * uint64(FEE_UNIT), DEPOSIT, 0, 0, address(0), 0));
    }

    function test_GivenPartOfAUnit_ItCanBeWithdrawnToo() public {
        vm.startPrank(payer);
        channels.requestChannelWithdrawal(key, DEPOSIT - FEE_UNIT - 1);
        pass(NOTICE);
        channels.withdrawChannel(key);
        vm.stopPrank();
        vm.assertEq(channels.channelOf(key).limitUnits, 1, "of a unit and a gwei");
        cover(0, LIMIT);
        recordRaw(drawn(0, 1, 1));
        vm.startPrank(payer);
        channels.requestChannelWithdrawal(key, DEPOSIT);
        pass(NOTICE);
        channels.withdrawChannel(key);
        vm.stopPrank();
        Channel memory left = channels.channelOf(key);
        vm.assertEq(left.withdrawnGwei, DEPOSIT - FEE_UNIT);
        vm.assertEq(left.limitUnits, 1);
        vm.assertEq(left.coveredUnits, 1);
    }

    function test_GivenAllCharged_NothingIsAskedBackOrPaid() public {
        vm.startPrank(payer);
        channels.requestChannelWithdrawal(key, DEPOSIT - 2 * uint64(FEE_UNIT));
        pass(NOTICE);
        channels.withdrawChannel(key);
        channels.requestChannelWithdrawal(key, DEPOSIT);
        vm.stopPrank();
        cover(0, 2);
        recordRaw(drawn(0, 2, 1));
        pass(NOTICE);
        uint256 before = token.balanceOf(payer);
        vm.startPrank(payer);
        vm.expectEmit(address(channels));
        emit IChannels.ChannelWithdrawn(id, payer, 0, DEPOSIT - 2 * uint64(FEE_UNIT), 2);
        channels.withdrawChannel(key);
        vm.assertEq(token.balanceOf(payer), before);
        vm.expectEmit(address(channels));
        emit IChannels.WithdrawalRequested(id, 0, 0);
        channels.requestChannelWithdrawal(key, DEPOSIT);
    }

    /// @dev A request asked once was once good for ever.
    function test_GivenARequestThatWaitedSevenDays_ItHasExpired() public {
        vm.startPrank(payer);
        channels.requestChannelWithdrawal(key, 400);
        uint40 expiredAt = clock.time() + NOTICE + 7 days;
        pass(NOTICE + 7 days);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_RequestExpired.selector, expiredAt, expiredAt));
        channels.withdrawChannel(key);
        channels.requestChannelWithdrawal(key, 300);
        pass(NOTICE + 7 days - 1);
        channels.withdrawChannel(key);
        vm.assertEq(channels.channelOf(key).withdrawnGwei, 300);
    }

    function test_WhenAskedAgain_TheRequestIsReplacedAndZeroCancelsIt() public {
        vm.startPrank(payer);
        channels.requestChannelWithdrawal(key, 400);
        pass(1 days);
        channels.requestChannelWithdrawal(key, 300);
        pass(NOTICE - 1);
        uint40 leavesAt = clock.time() + 1;
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_LeavesLater.selector, leavesAt, leavesAt - 1));
        channels.withdrawChannel(key);
        vm.expectEmit(address(channels));
        emit IChannels.WithdrawalRequested(id, 0, 0);
        channels.requestChannelWithdrawal(key, 0);
        pass(NOTICE);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_NothingLeaving.selector, idOf(key)));
        channels.withdrawChannel(key);
    }

    /// @dev While nothing can be recorded no payer may leave either.
    function test_WhilePaused_NoNoticeRunsAndNoRequestExpires() public {
        vm.prank(payer);
        channels.requestChannelWithdrawal(key, 400);
        uint40 leavesAt = clock.time() + NOTICE;
        pass(NOTICE - 1);
        clock.pause();
        pass(14 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_LeavesLater.selector, leavesAt, leavesAt - 1));
        vm.prank(payer);
        channels.withdrawChannel(key);
        // The pause ends by itself, and the notice's last second runs.
        pass(1);
        cover(0, 7);
        recordRaw(drawn(0, 7, 1));
        pass(1);
        vm.prank(payer);
        channels.withdrawChannel(key);
        vm.assertEq(channels.channelOf(key).withdrawnGwei, 400);
    }

    function test_GivenAnotherNotice_ItCountsForWhatIsAskedFromThen() public {
        vm.prank(payer);
        channels.requestChannelWithdrawal(key, 400);
        channels.setNotice(14 days);
        pass(NOTICE);
        vm.prank(payer);
        channels.withdrawChannel(key);
        vm.prank(payer);
        channels.requestChannelWithdrawal(key, 400);
        vm.assertEq(channels.channelOf(key).leavesAt, clock.time() + 14 days);
    }

    function test_GivenAnybodyElse_TheyAskNothingBackAndProposeNobody() public {
        address stranger = named("stranger");
        bytes memory refusal = abi.encodeWithSelector(IChannels.Channels_NotPayer.selector, payers[0], stranger, payer);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        channels.requestChannelWithdrawal(key, 1);
        vm.expectRevert(refusal);
        channels.withdrawChannel(key);
        vm.expectRevert(refusal);
        channels.proposeSigner(key, stranger);
    }

    function test_GivenARotatedPayoutAddress_TheNewOneIsThePayer() public {
        address next = named("next");
        vm.prank(payer);
        accounts.proposePayout(payers[0], next);
        vm.startPrank(next);
        accounts.acceptPayout(payers[0]);
        channels.requestChannelWithdrawal(key, 5);
        pass(NOTICE);
        channels.withdrawChannel(key);
        vm.assertEq(token.balanceOf(next), 5e9);
    }

    function test_WhenASignerIsProposed_ThePresentOneCountsUntilTheNoticeEnds() public {
        address next = vm.addr(0x2222);
        uint40 from = clock.time() + NOTICE;
        vm.expectEmit(address(channels));
        emit IChannels.SignerProposed(id, next, from);
        vm.prank(payer);
        channels.proposeSigner(key, next);
        expectChannel(Channel(signer, LIMIT, 0, 0, DEPOSIT, 0, 0, 0, next, from));

        pass(NOTICE - 1);
        cover(0, 3);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_LeavesLater.selector, from, from - 1));
        channels.acceptSigner(key);
        pass(1);
        vm.expectEmit(address(channels));
        emit IChannels.SignerChanged(id, signer, next);
        vm.prank(named("anyone"));
        channels.acceptSigner(key);
        expectChannel(Channel(next, LIMIT, 3, 0, DEPOSIT, 0, 0, 0, address(0), 0));

        (uint128 amount, bytes32 r, bytes32 vs) = signVoucher(0, 4);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_BadVoucher.selector, idOf(key), signer, next));
        channels.present(key, amount, r, vs);
        (r, vs) = compact(key, 0x2222, amount);
        channels.present(key, amount, r, vs);
        vm.assertEq(channels.channelOf(key).coveredUnits, 4);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_NothingProposed.selector, idOf(key)));
        channels.acceptSigner(key);
    }

    function test_GivenAProposedSigner_ZeroCancelsIt() public {
        vm.startPrank(payer);
        channels.proposeSigner(key, named("next"));
        vm.expectEmit(address(channels));
        emit IChannels.SignerProposed(id, address(0), 0);
        channels.proposeSigner(key, address(0));
        pass(NOTICE);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_NothingProposed.selector, idOf(key)));
        channels.acceptSigner(key);
    }

    /// @dev C3: what passes in a simulation passes in every later block before a withdrawal falls due.
    function testFuzz_GivenABatchThatWouldPass_NothingThatPayersDoStopsItBeforeTheNoticeEnds(
        uint256 seed,
        uint8[8] memory acts,
        uint32[8] memory waits
    ) public {
        uint256 units = 1 + (seed % LIMIT);
        if (units > 65_535) units = 65_535;
        // Half of them have presented their voucher already, the others' comes with the batch.
        bool isPresented = seed & 1 == 0;
        if (isPresented) cover(0, units);
        bytes memory voucher = isPresented ? bytes("") : voucherOf(0, 0, units);
        uint40 until = clock.time() + NOTICE;
        for (uint256 i = 0; i < acts.length; ++i) {
            act(acts[i], seed);
            uint256 left = until - 1 - clock.time();
            pass(left == 0 ? 0 : waits[i] % left);
        }
        pass(until - 1 - clock.time());
        bytes memory names = abi.encodePacked(payers[0], SALT);
        bytes memory encoded = PlainBatch.encode(drawn(0, units, seed));
        vm.prank(operator);
        ledger.recordBatch(model, names, voucher, encoded);
        vm.assertEq(channels.channelOf(key).chargedUnits, units);
    }

    /// @dev Anything that a payer can do, whether it is refused or not.
    function act(uint8 kind, uint256 seed) private {
        vm.startPrank(payer);
        if (kind % 8 == 0) channels.requestChannelWithdrawal(key, DEPOSIT);
        if (kind % 8 == 1) channels.requestChannelWithdrawal(key, uint64(seed % DEPOSIT));
        if (kind % 8 == 2) channels.proposeSigner(key, named("next"));
        if (kind % 8 == 3) attempt(abi.encodeCall(channels.acceptSigner, (key)));
        if (kind % 8 == 4) attempt(abi.encodeCall(channels.withdrawChannel, (key)));
        if (kind % 8 == 5) channels.fundChannel(key, uint64(1 + (seed % 1e6)));
        if (kind % 8 == 6) attempt(abi.encodeCall(channels.openChannel, (operatorAccount, model, SALT, payer, 0)));
        if (kind % 8 == 7) accounts.proposePayout(payers[0], named("next"));
        vm.stopPrank();
    }

    function attempt(bytes memory call) private {
        (bool done, ) = address(channels).call(call);
        vm.assertFalse(done);
    }

    function recordRaw(PlainRecord memory record) private {
        bytes memory names = abi.encodePacked(payers[0], SALT);
        bytes memory encoded = PlainBatch.encode(record);
        vm.prank(operator);
        ledger.recordBatch(model, names, "", encoded);
    }

    function expectChannel(Channel memory expected) private view {
        vm.assertEq(abi.encode(channels.channelOf(key)), abi.encode(expected));
    }
}
