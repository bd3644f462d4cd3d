// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IBonds} from "../../contracts/interfaces/IBonds.sol";
import {IChannels} from "../../contracts/interfaces/IChannels.sol";
import {Credit, IEarnings, JointShare} from "../../contracts/interfaces/IEarnings.sol";
import {IJournal} from "../../contracts/interfaces/IJournal.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {FineTune, UnitPage, UnitPlan} from "../../contracts/interfaces/IFineTunes.sol";
import {AccountId, BondId, bondOf, ContributionId, ModelId} from "../../contracts/types/Ids.sol";
import {JournalChain} from "./harness/JournalChain.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";
import {Vm} from "./harness/Test.sol";

/// @notice Everything that can happen to money happens once, and every journal has taken in each of its events, in order.
contract BooksJournalTest is MarketBooks {
    using JournalChain for bytes32;

    mapping(bytes32 selector => uint256 times) private told;

    function test_WhenAllOfItHappens_EveryJournalIsTheChainOfItsLogs() public {
        address[5] memory writers = [
            address(channels),
            address(ledger),
            address(settlement),
            address(earnings),
            address(bonds)
        ];
        bytes32[5] memory slots;
        for (uint256 w = 0; w < 5; ++w) slots[w] = JournalChain.slotOf(IJournal(writers[w]));
        vm.recordLogs();
        happen();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            for (uint256 w = 0; w < 5; ++w) {
                if (logs[i].emitter == writers[w]) slots[w] = slots[w].next(logs[i]);
            }
            ++told[logs[i].topics[0]];
        }
        for (uint256 w = 0; w < 5; ++w) {
            vm.assertEq(JournalChain.slotOf(IJournal(writers[w])), slots[w]);
            vm.assertEq(vm.load(writers[w], JournalChain.SLOT), slots[w]);
        }
        expectAllTold();
    }

    function happen() private {
        rule();
        payIn();
        BondId bond = bondOf(operatorAccount);
        bondUp(bond, 5);
        vm.prank(operator);
        bonds.requestWithdrawal(bond, 1_000);
        uint256 place = recordMany(6, 1_000, 1);
        takeOut(place, 0, false);
        takeOut(place, 1, true);
        vm.startPrank(address(court));
        ledger.returnFee(model, operatorAccount, payers[1], 1e9, true);
        bonds.hold(bond, 500);
        bonds.release(bond, 100);
        bonds.slash(bond, 400, 400, toContributors());
        bonds.slash(bond, 300, 0, toOnly(treasury, 0));
        vm.stopPrank();
        bonds.burnSlashed();
        passWindow(1);
        settleWhole(book(1), plainModel());
        earnings.claim(operatorAccount);
        AccountId[] memory claimants = new AccountId[](1);
        claimants[0] = treasury;
        earnings.claimMany(claimants);
        earnings.cancelSignature();
        pass(2 days);
        vm.prank(operator);
        bonds.withdraw(bond);
        payOut();
        drawJoint();
        appoint();
    }

    function rule() private {
        channels.setNotice(NOTICE);
        ledger.setTerms(ledgerTerms());
        bonds.setRule(bondRule());
    }

    function payIn() private {
        openChannel(0, serve(fineTune(), page()));
        vm.startPrank(named(payerName(0)));
        channels.fundChannel(channelKey(0), 5);
        channels.proposeSigner(channelKey(0), vm.addr(keyOf(payerName(0))));
        channels.requestChannelWithdrawal(channelKey(0), 5);
        token.transfer(channels.depositAddressOf(operatorAccount, model), 1e18);
        vm.stopPrank();
        channels.sweep(operatorAccount, model);
    }

    function payOut() private {
        channels.acceptSigner(channelKey(0));
        vm.prank(named(payerName(0)));
        channels.withdrawChannel(channelKey(0));
    }

    /// @dev A model whose contributors share one unit.
    function drawJoint() private {
        FineTune memory tune = fineTune();
        tune.index.dims = 0;
        (tune.index.fileHash, tune.index.fileURI) = (0, "");
        (tune.pay.baseBps, tune.pay.sketched) = (10_000, false);
        tune.plan = UnitPlan({count: 1, minimumRows: 16, jointRows: 5, maxPeak: 0});
        vm.prank(named("curator"));
        dataset = datasets.register(datasetTerms());
        vm.prank(named(contributorName(0)));
        UnitPage memory shown;
        shown.contributions = new ContributionId[](1);
        shown.contributions[0] = datasets.contribute(dataset, keccak256("terms"), keccak256("few"), 5);
        shown.kept = new uint32[](1);
        shown.kept[0] = 5;
        vm.startPrank(named("curator"));
        datasets.accept(shown.contributions);
        tune.versions[0] = datasets.freeze(dataset);
        vm.stopPrank();
        ModelId joint = serve(tune, shown);
        Credit[] memory credits = new Credit[](1);
        credits[0] = Credit.wrap((uint256(ModelId.unwrap(joint)) << 112) | 77);
        vm.prank(address(settlement));
        earnings.creditMany(credits);
        JointShare[] memory shares = new JointShare[](1);
        shares[0].model = joint;
        earnings.draw(shares);
    }

    /// @dev The appointments of deployed contracts are made already; another authority is told by all.
    function appoint() private {
        vm.startPrank(address(manager));
        channels.setAuthority(address(token));
        ledger.setAuthority(address(token));
        earnings.setAuthority(address(token));
        bonds.setAuthority(address(token));
        vm.stopPrank();
    }

    function expectAllTold() private view {
        bytes32[34] memory expected = [
            IChannels.ChannelOpened.selector,
            IChannels.ChannelFunded.selector,
            IChannels.VoucherPresented.selector,
            IChannels.WalkInCovered.selector,
            IChannels.SignerProposed.selector,
            IChannels.SignerChanged.selector,
            IChannels.WithdrawalRequested.selector,
            IChannels.NoticeSet.selector,
            IChannels.ChannelWithdrawn.selector,
            ILedger.BookOpened.selector,
            ILedger.BookClosing.selector,
            ILedger.BatchRecorded.selector,
            ILedger.RecordVoided.selector,
            ILedger.FeeReturned.selector,
            ILedger.GivenToBook.selector,
            ILedger.BookReleased.selector,
            ILedger.LedgerTermsSet.selector,
            ISettlement.BatchesSummed.selector,
            ISettlement.UnitsWeighed.selector,
            ISettlement.UnitsPaid.selector,
            ISettlement.BookSettled.selector,
            IEarnings.RewardClaimed.selector,
            IEarnings.RewardsClaimed.selector,
            IEarnings.JointDrawn.selector,
            IEarnings.SignatureCancelled.selector,
            IBonds.BondDeposited.selector,
            IBonds.BondWithdrawalRequested.selector,
            IBonds.BondWithdrawn.selector,
            IBonds.BondHeld.selector,
            IBonds.BondReleased.selector,
            IBonds.BondSlashed.selector,
            IBonds.SlashedBurnt.selector,
            IBonds.BondRuleSet.selector,
            IAccessManaged.AuthorityUpdated.selector
        ];
        for (uint256 i = 0; i < expected.length; ++i) vm.assertTrue(told[expected[i]] != 0);
        vm.assertEq(told[IAccessManaged.AuthorityUpdated.selector], 4);
    }
}
