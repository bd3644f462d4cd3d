// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BookPage, Stage} from "../../contracts/interfaces/ISettlement.sol";
import {SettlementTerms} from "../../contracts/interfaces/IModels.sol";
import {AccountId, BookId, bookOf, ModelId, modelOf} from "../../contracts/types/Ids.sol";
import {PlainBatch, PlainRecord} from "./harness/PlainBatch.sol";
import {PlainBooks, PlainModel, PlainPay} from "./harness/PlainBooks.sol";
import {Registration} from "./harness/Registrar.sol";
import {Serving} from "./harness/Serving.sol";

/// @notice The largest things that a settlement can meet.
contract SettlementSizesTest is Serving {
    /// @dev What a transaction may use.
    uint256 private constant GAS_CAP = 16_777_216;

    function test_GivenAThousandUnits_TheyAreSettledInPages() public {
        (Registration memory drawn, BookId book) = recordedThousand();
        pass(ledger.windowEndOf(book) - clock.time());
        PlainModel memory plain = plainModelOf(drawn);
        PlainPay memory pay = PlainBooks.payOf(plain, plainBookOf(book, plain));

        BookPage memory page = pageOf(book, plain, Stage.Summing, 0, 1, 700);
        settlePage(page);
        page = pageOf(book, plain, Stage.Weighing, 700, 0, 700);
        settlePage(page);
        page = pageOf(book, plain, Stage.Paying, 700, 0, 700);
        settlePage(page);
        vm.assertTrue(ledger.bookStateOf(book).isSettled);
        uint256[CONTRIBUTORS + 1] memory due;
        for (uint256 u = 0; u < 1_024; ++u) {
            AccountId whose = drawn.trained[drawn.units[u].first].contributor;
            for (uint256 i = 0; i < CONTRIBUTORS; ++i) {
                if (accounts.accountOf(named(contributorName(i))) == whose) due[i] += pay.unitsGwei[u];
            }
        }
        for (uint256 i = 0; i < CONTRIBUTORS; ++i) {
            (uint64 earnedGwei, ) = earnings.earningsOf(accounts.accountOf(named(contributorName(i))));
            vm.assertEq(earnedGwei, due[i]);
        }
    }

    /// @dev An owner that struck its units one by one once made every page of its books dearer, until none fitted a transaction.
    function test_GivenAThousandStrikes_ItCostsNoMoreToSettleThanAfterOne() public {
        (Registration memory drawn, BookId book) = recordedThousand();
        PlainModel memory plain = plainModelOf(drawn);
        uint40 until = ledger.windowEndOf(book);
        strikeUnits(modelOf(book), 0, 1);
        uint256 ofTerms = gasOfTerms(modelOf(book), until);
        uint256 ofWeighing = gasOfWeighing(modelOf(book), until);
        strikeUnits(modelOf(book), 1, 1_024);
        vm.assertLe(gasOfTerms(modelOf(book), until), ofTerms + 30_000, "terms");
        vm.assertLe(gasOfWeighing(modelOf(book), until), ofWeighing + 30_000, "weighing");
        SettlementTerms memory terms = models.settlementTerms(modelOf(book), until);
        vm.assertEq(uint256(terms.keptRows) + terms.fixedTotal, 0);

        pass(ledger.windowEndOf(book) - clock.time());
        settlePage(pageOf(book, plain, Stage.Summing, 0, 1, 0));
        for (uint256 u = 0; u < 1_024; ++u) plain.isStruck[u] = true;
        settlePage(pageOf(book, plain, Stage.Weighing, 0, 0, 700));
        settlePage(pageOf(book, plain, Stage.Weighing, 700, 0, 700));
        settlePage(pageOf(book, plain, Stage.Paying, 700, 0, 700));
        vm.assertTrue(ledger.bookStateOf(book).isSettled);
        (uint64 earnedGwei, ) = earnings.earningsOf(drawn.trained[0].contributor);
        vm.assertEq(earnedGwei, 0);
    }

    function test_GivenTheLargestFeesAndSketches_NothingOverflows() public {
        uint32[] memory kept = repeated(1_024, 4);
        Registration memory drawn = drawKept("large", kept, 1_024);
        for (uint256 u = 0; u < 4; ++u) {
            for (uint256 d = 0; d < 1_024; ++d) drawn.given[u].codes[d] = u == 3 ? -7 : int256(7);
            drawn.given[u].peak = type(uint32).max;
        }
        settle(drawn);
        drawn.tune.pay.feeUnitGwei = 1e9;
        ModelId model = serve(drawn);
        BookId book = bookOf(model, operatorAccount, 1);
        PlainRecord[] memory records = new PlainRecord[](60);
        for (uint256 i = 0; i < records.length; ++i) {
            records[i] = PlainRecord(i % PAYERS, 65_535, bytes32(i), new bytes(128));
            for (uint256 b = 0; b < 128; ++b) records[i].sketch[b] = 0xff;
        }
        coverAll(model, records);
        recordAs(operatorAccount, model, namedChannels(), "", PlainBatch.encode(records));
        pass(ledger.windowEndOf(book) - clock.time());
        PlainModel memory plain = plainModelOf(drawn);
        PlainPay memory pay = PlainBooks.payOf(plain, plainBookOf(book, plain));
        vm.assertEq(pay.weights[0], 65_535 * 60 * uint256(65_535) * 7 * 1_024);
        vm.assertEq(pay.weights[3], 0);
        settleWhole(book, plain);
        for (uint256 i = 0; i < 4; ++i) {
            (uint64 earnedGwei, ) = earnings.earningsOf(drawn.trained[i].contributor);
            vm.assertEq(earnedGwei, pay.unitsGwei[i]);
        }
    }

    /// @dev A model of 1,024 units in three pages, and a book of it.
    function recordedThousand() private returns (Registration memory drawn, BookId book) {
        // A page of a registration fits one contract's code, and a contribution one page.
        uint32[] memory kept = repeated(340 * 1_024, 3);
        kept[2] += 4 * 1_024;
        drawn = drawKept("many", kept, 64);
        vm.assertEq(drawn.units.length, 1_024);
        uint256[] memory cuts = new uint256[](2);
        (cuts[0], cuts[1]) = (1, 2);
        ModelId model = registerInPages(drawn, cuts);
        serveRegistered(model);
        book = bookOf(model, operatorAccount, 1);
        seedWith(1);
        PlainRecord[] memory records = drawRecords(20, 8);
        coverAll(model, records);
        recordAs(operatorAccount, model, namedChannels(), "", PlainBatch.encode(records));
    }

    function strikeUnits(ModelId model, uint16 from, uint16 end) private {
        vm.startPrank(address(unitCourt));
        for (uint16 u = from; u < end; ++u) models.strike(model, u);
        vm.stopPrank();
    }

    function gasOfTerms(ModelId model, uint40 until) private view returns (uint256) {
        uint256 before = gasleft();
        models.settlementTerms(model, until);
        return before - gasleft();
    }

    function gasOfWeighing(ModelId model, uint40 until) private view returns (uint256) {
        uint256 before = gasleft();
        models.weigh(model, 0, 1, until, "", 0);
        return before - gasleft();
    }

    function settlePage(BookPage memory page) private {
        uint256 before = gasleft();
        settlement.settle(page);
        vm.assertLe(before - gasleft(), GAS_CAP, "gas");
    }
}
