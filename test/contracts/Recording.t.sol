// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {Bond, IBonds} from "../../contracts/interfaces/IBonds.sol";
import {Channel, ChannelKey, IChannels} from "../../contracts/interfaces/IChannels.sol";
import {IClock} from "../../contracts/interfaces/IClock.sol";
import {Book, ILedger} from "../../contracts/interfaces/ILedger.sol";
import {IModels} from "../../contracts/interfaces/IModels.sol";
import {AccountId, BatchId, BookId, bondOf, bookOf, ModelId} from "../../contracts/types/Ids.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";
import {PlainBatch, PlainRecord} from "./harness/PlainBatch.sol";
import {PlainTrees} from "./harness/PlainTrees.sol";
import {Vm} from "./harness/Test.sol";

contract RecordingTest is MarketBooks {
    function test_WhenRecorded_ABatchChargesItsChannelsAndFillsItsBook() public {
        for (uint256 i = 0; i < PAYERS; ++i) cover(i, 1_000);
        PlainRecord[] memory records = new PlainRecord[](3);
        (records[0], records[1], records[2]) = (drawn(0, 5, 1), drawn(2, 7, 2), drawn(0, 3, 3));
        uint256 place = recordAs(operatorAccount, model, namedChannels(), "", PlainBatch.encode(records));

        vm.assertEq(BatchId.unwrap(recorded[place].header.batch), 1);
        vm.assertEq(ledger.batchCount(), 1);
        expectChannel(0, 1_000, 8);
        expectChannel(1, 1_000, 0);
        expectChannel(2, 1_000, 7);
        uint64 coverGwei = 15 * uint64(FEE_UNIT) + 3 * (OPEN / 100);
        vm.assertEq(
            abi.encode(state(1)),
            abi.encode(
                Book({
                    openedAt: clock.time(),
                    closesAt: clock.time() + 28 days,
                    windowSeconds: WINDOW,
                    epochSeconds: EPOCH,
                    minBookGwei: OPEN,
                    treasuryBps: TREASURY_BPS,
                    batches: 1,
                    units: 15,
                    givenGwei: 0,
                    coverGwei: coverGwei,
                    isSettled: false,
                    isCovered: true
                })
            )
        );
        vm.assertEq(
            abi.encode(bonds.bondStateOf(bondOf(operatorAccount))),
            abi.encode(Bond(BOND, 0, 0, coverGwei, 0, 0))
        );
        vm.assertEq(ledger.unsettledPoolOf(model), (15 * uint256(FEE_UNIT) * 6_000) / 10_000);
        vm.assertEq(ledger.bookCountOf(model, operatorAccount), 1);
    }

    function test_WhenRecorded_TheLogTellsChannelsAsTheyThenStandAndTheRecords() public {
        cover(0, 1_000);
        cover(1, 70);
        cover(2, 9);
        PlainRecord[] memory records = new PlainRecord[](3);
        (records[0], records[1], records[2]) = (drawn(0, 5, 1), drawn(1, 65, 2), drawn(0, 3, 3));
        bytes memory told = abi.encodePacked(
            abi.encodePacked(payers[0], SALT, uint32(1_000), uint32(8)),
            abi.encodePacked(payers[1], SALT, uint32(70), uint32(65)),
            abi.encodePacked(payers[2], SALT, uint32(9), uint32(0))
        );
        bytes32[] memory ids = PlainBatch.channelsIn(
            namedChannels(),
            AccountId.unwrap(operatorAccount),
            ModelId.unwrap(model)
        );
        bytes32 root = PlainTrees.orderedRoot(PlainBatch.leavesOf(ids, records, new bool[](3)));
        bytes memory encoded = PlainBatch.encode(records);
        bytes memory names = namedChannels();
        vm.expectEmit(address(ledger));
        emit ILedger.BookOpened(BookId.unwrap(book(1)), clock.time() + 28 days, WINDOW, EPOCH, OPEN, TREASURY_BPS);
        vm.expectEmit(address(ledger));
        emit ILedger.BatchRecorded(1, BookId.unwrap(book(1)), 0, 73, root, told, encoded);
        vm.prank(operator);
        ledger.recordBatch(model, names, "", encoded);
    }

    function test_WhenRecorded_NoAccountEarnsAndNoOpenMoves() public {
        uint256 held = token.balanceOf(address(earnings));
        recordMany(5, 100, 1);
        AccountId[] memory list = earners();
        for (uint256 i = 0; i < list.length; ++i) vm.assertEq(earnedBy(list[i]), 0);
        vm.assertEq(token.balanceOf(address(earnings)), held);
    }

    function test_GivenABookThatIsOpen_TheNextBatchIsItsNext() public {
        recordMany(2, 10, 1);
        vm.recordLogs();
        uint256 place = recordMany(3, 20, 2);
        vm.assertEq(numberToldIn(vm.getRecordedLogs()), 1);
        vm.assertEq(BookId.unwrap(recorded[place].header.book), BookId.unwrap(book(1)));
        vm.assertEq(recorded[place].header.number, 1);
        vm.assertEq(BatchId.unwrap(recorded[place].header.batch), 2);
        vm.assertEq(state(1).batches, 2);
        vm.assertEq(state(1).units, 80);
        vm.assertEq(state(1).coverGwei, 80 * uint64(FEE_UNIT) + 5 * (OPEN / 100));
    }

    /// @dev A charge of each naming was once worked out from the channel as it stood before the batch, and the last one written:
    /// the book then held fees that nobody had paid.
    function test_GivenAChannelNamedTwice_ItIsChargedForBoth() public {
        cover(0, 1_000);
        bytes memory names = abi.encodePacked(payers[0], SALT, payers[0], SALT);
        PlainRecord[] memory records = new PlainRecord[](2);
        (records[0], records[1]) = (drawn(0, 900, 1), drawn(1, 1, 2));
        recordAs(operatorAccount, model, names, "", PlainBatch.encode(records));
        expectChannel(0, 1_000, 901);
        vm.assertEq(state(1).units, 901);

        records[0].units = 99;
        bytes memory encoded = PlainBatch.encode(records);
        vm.expectRevert(
            abi.encodeWithSelector(IChannels.Channels_NotCovered.selector, channelOf(0), 1_001, uint32(1_000))
        );
        recordRaw(names, "", encoded);
    }

    function test_GivenAChannelNamedTwiceWithAVoucherAtOne_BothAreCovered() public {
        bytes memory names = abi.encodePacked(payers[0], SALT, payers[0], SALT);
        PlainRecord[] memory records = new PlainRecord[](2);
        (records[0], records[1]) = (drawn(0, 4, 1), drawn(1, 6, 2));
        recordAs(operatorAccount, model, names, voucherOf(1, 0, 10), PlainBatch.encode(records));
        expectChannel(0, 10, 10);
    }

    function test_GivenTheLargestBatch_AllOfItIsRecorded() public {
        for (uint256 i = 0; i < PAYERS; ++i) raise(i, 1_024 * 65_535);
        bondUp(bondOf(operatorAccount), 1_000_000 * OPEN);
        PlainRecord[] memory records = new PlainRecord[](1_024);
        for (uint256 i = 0; i < records.length; ++i) records[i] = drawn(i % 2, 65_535, i);
        recordAll(records);
        vm.assertEq(state(1).units, 1_024 * 65_535);
        expectChannel(0, 512 * 65_535, 512 * 65_535);
    }

    function test_Given255Channels_EachIsChargedItsOwn() public {
        bytes memory names;
        PlainRecord[] memory records = new PlainRecord[](255);
        for (uint32 i = 0; i < 255; ++i) {
            openCovered(1_000 + i, i + 1);
            names = abi.encodePacked(names, payers[0], 1_000 + i);
            records[i] = drawn(i, i + 1, i);
        }
        recordAs(operatorAccount, model, names, "", PlainBatch.encode(records));
        for (uint32 i = 0; i < 255; ++i) {
            Channel memory channel = channels.channelOf(ChannelKey(payers[0], operatorAccount, model, 1_000 + i));
            vm.assertEq(channel.chargedUnits, i + 1);
        }

        names = abi.encodePacked(names, payers[1], SALT);
        bytes memory encoded = PlainBatch.encode(records);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_TooManyChannels.selector, 256, 255));
        recordRaw(names, "", encoded);
    }

    function test_GivenRecordsOfAWrongLength_ItReverts() public {
        bytes memory names = namedChannels();
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_EmptyBatch.selector));
        recordRaw(names, "", "");
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_LengthUneven.selector, 42, 43));
        recordRaw(names, "", new bytes(42));
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_LengthUneven.selector, 44, 43));
        recordRaw(names, "", new bytes(44));
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_TooManyRecords.selector, 1_025, 1_024));
        recordRaw(names, "", new bytes(1_025 * 43));
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_LengthUneven.selector, 9, 8));
        recordRaw(new bytes(9), "", new bytes(43));
    }

    function test_GivenAWrongRecord_TheFirstOneIsNamed() public {
        for (uint256 i = 0; i < PAYERS; ++i) cover(i, 1_000);
        bytes memory names = namedChannels();
        PlainRecord[] memory records = new PlainRecord[](3);
        (records[0], records[1], records[2]) = (drawn(0, 1, 1), drawn(3, 0, 2), drawn(9, 1, 3));
        bytes memory encoded = PlainBatch.encode(records);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_ChannelOutOfRange.selector, 1, 3, 3));
        recordRaw(names, "", encoded);

        records[1].channel = 2;
        encoded = PlainBatch.encode(records);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_FeeZero.selector, 1));
        recordRaw(names, "", encoded);

        records[1].units = 1;
        encoded = PlainBatch.encode(records);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_ChannelOutOfRange.selector, 2, 9, 3));
        recordRaw(names, "", encoded);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_ChannelOutOfRange.selector, 0, 0, 0));
        recordRaw("", "", encoded);
    }

    function test_GivenLessCoverThanFees_TheWholeBatchReverts() public {
        cover(0, 10);
        cover(1, 9);
        PlainRecord[] memory records = new PlainRecord[](2);
        (records[0], records[1]) = (drawn(0, 10, 1), drawn(1, 10, 2));
        bytes memory names = namedChannels();
        bytes memory encoded = PlainBatch.encode(records);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_NotCovered.selector, channelOf(1), 10, uint32(9)));
        recordRaw(names, "", encoded);
        expectChannel(0, 10, 0);
        vm.assertEq(ledger.bookCountOf(model, operatorAccount), 0);

        cover(1, 10);
        recordRaw(names, "", encoded);
        expectChannel(0, 10, 10);
        expectChannel(1, 10, 10);
    }

    /// @dev A payer's voucher is for one operator and one model: nobody else can charge it, whatever it names.
    function test_GivenAnotherOperatorOrModel_NoChannelOfThePayersIsCovered() public {
        cover(0, 1_000);
        AccountId rival = enter("rival");
        bytes memory encoded = PlainBatch.encode(drawn(0, 1, 1));
        bytes memory names = abi.encodePacked(payers[0], SALT);
        bytes32 theirs = keccak256(abi.encodePacked(payers[0], rival, model, SALT));
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_NotCovered.selector, theirs, 1, uint32(0)));
        vm.prank(named("rival"));
        ledger.recordBatch(model, names, "", encoded);

        ModelId other = serve(fineTune(), page());
        theirs = keccak256(abi.encodePacked(payers[0], operatorAccount, other, SALT));
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_NotCovered.selector, theirs, 1, uint32(0)));
        vm.prank(operator);
        ledger.recordBatch(other, names, "", encoded);
    }

    function test_GivenVouchers_TheyArePresentedBeforeTheCharge() public {
        cover(1, 50);
        bytes memory vouchers = abi.encodePacked(voucherOf(0, 0, 30), voucherOf(0, 0, 20), voucherOf(1, 1, 40));
        PlainRecord[] memory records = new PlainRecord[](2);
        (records[0], records[1]) = (drawn(0, 30, 1), drawn(1, 50, 2));
        recordAs(operatorAccount, model, namedChannels(), vouchers, PlainBatch.encode(records));
        expectChannel(0, 30, 30);
        expectChannel(1, 50, 50);
    }

    function test_GivenAVoucherThatCoversNoRecord_ItCountsLater() public {
        PlainRecord[] memory records = new PlainRecord[](1);
        records[0] = drawn(0, 1, 1);
        bytes memory vouchers = abi.encodePacked(voucherOf(0, 0, 1), voucherOf(2, 2, 25));
        recordAs(operatorAccount, model, namedChannels(), vouchers, PlainBatch.encode(records));
        expectChannel(2, 25, 0);
    }

    function test_GivenAVoucherAboveTheDeposit_ItCoversTheDeposit() public {
        uint32 limit = uint32(DEPOSIT / FEE_UNIT);
        PlainRecord[] memory records = new PlainRecord[](1);
        records[0] = drawn(0, 1, 1);
        recordAs(operatorAccount, model, namedChannels(), voucherOf(0, 0, limit + 7), PlainBatch.encode(records));
        expectChannel(0, limit, 1);
    }

    function test_GivenWrongVouchers_TheBatchReverts() public {
        bytes memory names = namedChannels();
        bytes memory encoded = PlainBatch.encode(drawn(0, 1, 1));
        bytes memory good = voucherOf(0, 0, 30);
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_VouchersUneven.selector, 82, 81));
        recordRaw(names, abi.encodePacked(good, uint8(0)), encoded);
        bytes memory far = abi.encodePacked(good, voucherOf(3, 0, 30));
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_VoucherOutOfRange.selector, 1, 3, 3));
        recordRaw(names, far, encoded);

        // Another payer's signature.
        address signer = vm.addr(keyOf(payerName(0)));
        bytes memory others = voucherOf(1, 1, 30);
        others[0] = 0;
        (bool done, bytes memory said) = tryRecord(names, others, encoded);
        vm.assertFalse(done);
        vm.assertEq(bytes4(said), IChannels.Channels_BadVoucher.selector);
        // None at all.
        bytes memory blank = abi.encodePacked(uint8(0), uint128(1e18), bytes32(0), bytes32(0));
        vm.expectRevert(
            abi.encodeWithSelector(IChannels.Channels_BadVoucher.selector, channelOf(0), address(0), signer)
        );
        recordRaw(names, blank, encoded);
    }

    function test_GivenWhoMayNotRecord_ItReverts() public {
        bytes memory names = namedChannels();
        bytes memory encoded = PlainBatch.encode(drawn(0, 1, 1));
        address stranger = named("stranger");
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, stranger));
        vm.prank(stranger);
        ledger.recordBatch(model, names, "", encoded);
        AccountId account = openAccount("stranger");
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotOperator.selector, model, account));
        vm.prank(stranger);
        ledger.recordBatch(model, names, "", encoded);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotServable.selector, base));
        vm.prank(operator);
        ledger.recordBatch(base, names, "", encoded);
    }

    function test_GivenAnOperatorThatIsRemoved_ItRecordsUntilTheNoticeEnds() public {
        vm.prank(named("model owner"));
        models.setOperator(model, operatorAccount, false);
        pass(NOTICE - 1);
        recordOne(0, 1, 1);
        pass(1);
        bytes memory names = namedChannels();
        cover(0, 2);
        bytes memory encoded = PlainBatch.encode(drawn(0, 1, 2));
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotOperator.selector, model, operatorAccount));
        recordRaw(names, "", encoded);
    }

    function test_GivenAModelThatIsNotActiveYet_ItRecordsFromItsFirstSecond() public {
        vm.startPrank(named("model owner"));
        ModelId young = fineTunes.registerFineTune(fineTune(), page());
        models.setOperator(young, operatorAccount, true);
        vm.stopPrank();
        bondUp(bondOf(young), BOND);
        model = young;
        openChannel(0, young);
        cover(0, 9);
        uint40 activeFrom = clock.time() + ACTIVATION;
        pass(ACTIVATION - 1);
        bytes memory names = namedChannels();
        bytes memory encoded = PlainBatch.encode(drawn(0, 1, 1));
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotActive.selector, young, activeFrom, activeFrom - 1));
        recordRaw(names, "", encoded);
        pass(1);
        recordRaw(names, "", encoded);
    }

    function test_WhilePaused_NothingIsRecorded() public {
        cover(0, 9);
        clock.pause();
        bytes memory names = namedChannels();
        bytes memory encoded = PlainBatch.encode(drawn(0, 1, 1));
        uint40 until = uint40(block.timestamp + 14 days);
        vm.expectRevert(abi.encodeWithSelector(IClock.Clock_Paused.selector, until));
        recordRaw(names, "", encoded);
        pass(14 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IClock.Clock_Paused.selector, until));
        recordRaw(names, "", encoded);
        pass(1);
        recordRaw(names, "", encoded);
    }

    function test_GivenAModelThatIsStruck_NothingIsRecorded() public {
        cover(0, 9);
        vm.prank(address(unitCourt));
        models.strike(model, 2);
        bytes memory names = namedChannels();
        bytes memory encoded = PlainBatch.encode(drawn(0, 1, 1));
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_Struck.selector, model, clock.time()));
        recordRaw(names, "", encoded);
    }

    function test_GivenNoReceiptKey_ItReverts() public {
        AccountId rival = openAccount("rival");
        vm.prank(named("model owner"));
        models.setOperator(model, rival, true);
        bondUp(bondOf(rival), BOND);
        bytes memory voucher = voucherBytes(0, openAt(rival), keyOf(payerName(0)), 1e18);
        bytes memory names = abi.encodePacked(payers[0], SALT);
        bytes memory encoded = PlainBatch.encode(drawn(0, 1, 1));
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_NoReceiptKey.selector, rival));
        vm.prank(named("rival"));
        ledger.recordBatch(model, names, voucher, encoded);

        vm.startPrank(named("rival"));
        court.setReceiptKey(named("key"));
        ledger.recordBatch(model, names, voucher, encoded);
        vm.stopPrank();
        vm.assertEq(ledger.bookStateOf(bookOf(model, rival, 1)).units, 1);
    }

    /// @dev Free records can be struck too, so each of them asks something of the bond beside its fee.
    function test_GivenTheBond_ItCoversFeesAndEachRecord() public {
        AccountId rival = enter("rival");
        uint64 coverGwei = 3 * uint64(FEE_UNIT) + 3 * (OPEN / 100);
        bondUp(bondOf(rival), MINIMUM_BOND + coverGwei - 1);
        bytes memory voucher = voucherBytes(0, openAt(rival), keyOf(payerName(0)), 1e18);
        bytes memory names = abi.encodePacked(payers[0], SALT);
        PlainRecord[] memory records = new PlainRecord[](3);
        for (uint256 i = 0; i < 3; ++i) records[i] = drawn(0, 1, i);
        bytes memory encoded = PlainBatch.encode(records);

        vm.expectRevert(
            abi.encodeWithSelector(
                IBonds.Bonds_TooSmall.selector,
                bondOf(rival),
                MINIMUM_BOND + coverGwei - 1,
                uint256(MINIMUM_BOND) + coverGwei
            )
        );
        vm.prank(named("rival"));
        ledger.recordBatch(model, names, voucher, encoded);
        bondUp(bondOf(rival), 1);
        recordAs(rival, model, names, voucher, encoded);
        vm.assertEq(bonds.requiredOf(bondOf(rival)), uint256(MINIMUM_BOND) + coverGwei);
    }

    function test_GivenAModelWhoseBondIsTooSmall_NoBookOpensButAnOpenOneGoesOn() public {
        vm.startPrank(named("model owner"));
        bonds.requestWithdrawal(bondOf(model), BOND - MINIMUM_BOND);
        pass(4 days);
        bonds.withdraw(bondOf(model));
        vm.stopPrank();
        recordOne(0, 100, 1);
        recordOne(0, 100, 2);
        pass(29 days);
        bytes memory names = namedChannels();
        cover(0, 300);
        bytes memory encoded = PlainBatch.encode(drawn(0, 100, 3));
        vm.expectRevert(
            abi.encodeWithSelector(
                IBonds.Bonds_TooSmall.selector,
                bondOf(model),
                MINIMUM_BOND,
                uint256(MINIMUM_BOND) + (200 * uint256(FEE_UNIT) * 6_000) / 10_000
            )
        );
        recordRaw(names, "", encoded);
    }

    function test_ARecordThatNamesTheSameCallTwice_IsTwoRecords() public {
        PlainRecord[] memory records = new PlainRecord[](2);
        (records[0], records[1]) = (drawn(0, 5, 1), drawn(0, 5, 1));
        recordAll(records);
        expectChannel(0, 10, 10);
    }

    function expectChannel(uint256 payer, uint32 coveredUnits, uint32 chargedUnits) private view {
        Channel memory channel = channels.channelOf(channelKey(payer));
        vm.assertEq(channel.coveredUnits, coveredUnits, "covered");
        vm.assertEq(channel.chargedUnits, chargedUnits, "charged");
    }

    function recordRaw(bytes memory names, bytes memory vouchers, bytes memory records) private {
        vm.prank(operator);
        ledger.recordBatch(model, names, vouchers, records);
    }

    function tryRecord(
        bytes memory names,
        bytes memory vouchers,
        bytes memory records
    ) private returns (bool done, bytes memory said) {
        vm.prank(operator);
        return address(ledger).call(abi.encodeCall(ledger.recordBatch, (model, names, vouchers, records)));
    }

    /// @dev Raises a payer's deposit so that it holds so many units more.
    function raise(uint256 payer, uint256 units) private {
        uint64 amountGwei = uint64(units * FEE_UNIT);
        token.approve(address(earnings), uint256(amountGwei) * 1e9);
        channels.fundChannel(channelKey(payer), amountGwei);
    }

    /// @dev Another operator of the model, with a receipt key and no bond yet.
    function enter(string memory name) private returns (AccountId account) {
        account = openAccount(name);
        vm.prank(named("model owner"));
        models.setOperator(model, account, true);
        vm.prank(named(name));
        court.setReceiptKey(vm.addr(keyOf(name)));
    }

    /// @dev Another channel of the first payer, of which so many units are covered.
    function openCovered(uint32 salt, uint256 units) private {
        vm.prank(named(payerName(0)));
        channels.openChannel(operatorAccount, model, salt, vm.addr(keyOf(payerName(0))), OPEN);
        ChannelKey memory key = ChannelKey(payers[0], operatorAccount, model, salt);
        uint128 amountWei = uint128(units * FEE_UNIT * 1e9);
        (bytes32 r, bytes32 vs) = compact(key, keyOf(payerName(0)), amountWei);
        channels.present(key, amountWei, r, vs);
    }

    /// @dev The first payer's channel at another operator of the model.
    function openAt(AccountId account) private returns (ChannelKey memory key) {
        key = ChannelKey(payers[0], account, model, SALT);
        vm.prank(named(payerName(0)));
        channels.openChannel(account, model, SALT, vm.addr(keyOf(payerName(0))), DEPOSIT);
    }

    function numberToldIn(Vm.Log[] memory logs) private pure returns (uint32 number) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != ILedger.BatchRecorded.selector) continue;
            (number, , , , ) = abi.decode(logs[i].data, (uint32, uint64, bytes32, bytes, bytes));
        }
    }
}
