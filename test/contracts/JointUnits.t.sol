// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Credit, IEarnings, JointShare} from "../../contracts/interfaces/IEarnings.sol";
import {IModels} from "../../contracts/interfaces/IModels.sol";
import {Stage} from "../../contracts/interfaces/ISettlement.sol";
import {AccountId, BookId, bookOf, ModelId, VersionId} from "../../contracts/types/Ids.sol";
import {PlainBatch, PlainRecord} from "./harness/PlainBatch.sol";
import {PlainBooks, PlainModel, PlainPay} from "./harness/PlainBooks.sol";
import {Registration, Trained} from "./harness/Registrar.sol";
import {Serving} from "./harness/Serving.sol";

/// @notice Small contributions share a unit, whose members draw their parts of what it receives.
contract JointUnitsTest is Serving {
    /// @dev Two contributions paid by themselves, and five that share: 1, 7, 0, 7 and 15 kept rows.
    uint32[] private kept = [1, 40, 7, 0, 7, 20, 15];
    uint256 private constant SHARED = 30;

    ModelId private model;
    VersionId private version;
    Trained[] private trained;
    uint16 private unit;
    /// @dev Of each member its kept rows and its account.
    uint256[] private keptOfMember;
    AccountId[] private accountOfMember;

    function setUp() public override {
        super.setUp();
        Trained[] memory all = contributeAll(dataset, repeated(42, kept.length));
        version = freeze(dataset);
        for (uint256 c = 0; c < kept.length; ++c) {
            all[c].kept = kept[c];
            trained.push(all[c]);
            if (kept[c] >= 16) continue;
            keptOfMember.push(kept[c]);
            accountOfMember.push(all[c].contributor);
        }
        Registration memory drawn = registration();
        model = serve(drawn);
        // The last to be complete.
        unit = 2;
        vm.assertTrue(drawn.units[unit].isJoint && drawn.units[unit].kept == SHARED);
    }

    function test_WhenSettled_TheUnitReceivesItsPayAndNoMemberEarnsYet() public {
        PlainModel memory plain = plainModelOf(registration());
        BookId book = recordSome();
        PlainPay memory pay = PlainBooks.payOf(plain, plainBookOf(book, plain));
        settleWhole(book, plain);
        vm.assertTrue(pay.unitsGwei[unit] != 0);
        vm.assertEq(earnings.receivedOf(model, unit), pay.unitsGwei[unit]);
        for (uint32 m = 0; m < 5; ++m) vm.assertEq(earnings.drawnOf(model, unit, m), 0);
    }

    function test_WhenDrawn_AMemberGetsItsPartByKeptRowsOfAllThatCame() public {
        receive_(1_000);
        for (uint32 m = 0; m < 5; ++m) {
            uint64 due = uint64((1_000 * keptOfMember[m]) / SHARED);
            (uint64 before, ) = earnings.earningsOf(accountOfMember[m]);
            if (due != 0) {
                vm.expectEmit(address(earnings));
                emit IEarnings.JointDrawn(ModelId.unwrap(model), unit, AccountId.unwrap(accountOfMember[m]), m, due);
            }
            vm.prank(named("anyone"));
            earnings.draw(one(m));
            (uint64 earnedGwei, ) = earnings.earningsOf(accountOfMember[m]);
            vm.assertEq(earnedGwei - before, due);
            vm.assertEq(earnings.drawnOf(model, unit, m), due);
        }
        vm.assertEq(earnings.receivedOf(model, unit), 1_000);
    }

    function test_GivenNothingToDraw_AShareIsPassedOver() public {
        (uint48 before, ) = earnings.journal();
        earnings.draw(one(0));
        receive_(1_000);
        earnings.draw(new JointShare[](0));
        // The third member has no kept rows.
        vm.assertEq(keptOfMember[2], 0);
        earnings.draw(one(2));
        (uint48 count, ) = earnings.journal();
        vm.assertEq(count, before);
        earnings.draw(one(0));
        earnings.draw(one(0));
        (count, ) = earnings.journal();
        vm.assertEq(count, before + 1);
        // A gwei of which its part is nothing.
        receive_(1);
        earnings.draw(one(0));
        (count, ) = earnings.journal();
        vm.assertEq(count, before + 1);
    }

    function test_GivenNoSuchMember_ItReverts() public {
        expectNoMember(model, unit, 5);
        expectNoMember(model, 0, 0);
        expectNoMember(model, 9, 0);
        JointShare[] memory shares = one(0);
        shares[0].model = base;
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotServable.selector, base));
        earnings.draw(shares);
    }

    function test_WhenClaimedWithShares_TheyAreDrawnFirst() public {
        receive_(1_000);
        // Of whomever they are.
        JointShare[] memory shares = new JointShare[](2);
        (shares[0], shares[1]) = (one(4)[0], one(1)[0]);
        AccountId account = accountOfMember[4];
        uint64 due = uint64((1_000 * keptOfMember[4]) / SHARED);
        if (accountOfMember[1] == account) due += uint64((1_000 * keptOfMember[1]) / SHARED);
        vm.assertEq(earnings.claim(account, shares), due);
        vm.assertEq(token.balanceOf(accounts.payoutOf(account)), uint256(due) * 1e9);
        vm.assertEq(earnings.drawnOf(model, unit, 1), (1_000 * keptOfMember[1]) / SHARED);
        vm.expectRevert(abi.encodeWithSelector(IEarnings.Earnings_NothingToClaim.selector, account));
        earnings.claim(account, one(4));
    }

    function test_WhenSettledAndClaimed_SharesOfTheNewPayAreDrawn() public {
        Registration memory drawn = registration();
        PlainModel memory plain = plainModelOf(drawn);
        BookId book = recordSome();
        PlainPay memory pay = PlainBooks.payOf(plain, plainBookOf(book, plain));
        AccountId account = accountOfMember[4];
        uint64 own = 0;
        for (uint256 u = 0; u < 2; ++u) {
            if (drawn.trained[drawn.units[u].first].contributor == account) own += uint64(pay.unitsGwei[u]);
        }
        vm.assertEq(
            earnings.settleAndClaim(pageOf(book, plain, Stage.Summing, 0, 9, 9), account, one(4)),
            own + (pay.unitsGwei[unit] * keptOfMember[4]) / SHARED
        );
    }

    function testFuzz_GivenAnyPaymentsAndDraws_MembersGetTheirPartsOfTheWholeAndNoMore(
        uint64[6] memory amounts,
        uint8[12] memory draws
    ) public {
        uint256 received = 0;
        for (uint256 i = 0; i < 12; ++i) {
            if (i % 2 == 0) {
                uint64 amount = amounts[i / 2] % 1e12;
                receive_(amount);
                received += amount;
            }
            uint32 m = draws[i] % 5;
            earnings.draw(one(m));
            vm.assertEq(earnings.drawnOf(model, unit, m), (received * keptOfMember[m]) / SHARED);
        }
        uint256 drawnGwei = 0;
        for (uint32 m = 0; m < 5; ++m) {
            earnings.draw(one(m));
            drawnGwei += earnings.drawnOf(model, unit, m);
        }
        vm.assertTrue(drawnGwei <= received && received - drawnGwei < 5);
    }

    function expectNoMember(ModelId which, uint16 unit_, uint32 member) private {
        JointShare[] memory shares = new JointShare[](1);
        shares[0] = JointShare(which, unit_, member);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NoMember.selector, which, unit_, member));
        earnings.draw(shares);
    }

    function one(uint32 member) private view returns (JointShare[] memory shares) {
        shares = new JointShare[](1);
        shares[0] = JointShare(model, unit, member);
    }

    function registration() private view returns (Registration memory) {
        return draw("joint", only(version), trained, 64);
    }

    /// @dev Records some calls, and lets the window of their book pass.
    function recordSome() private returns (BookId book) {
        seedWith(3);
        PlainRecord[] memory records = drawRecords(5, 8);
        coverAll(model, records);
        recordAs(operatorAccount, model, namedChannels(), "", PlainBatch.encode(records));
        book = bookOf(model, operatorAccount, 1);
        pass(ledger.windowEndOf(book) - clock.time());
    }

    /// @dev Credits the joint unit, as a settlement would.
    function receive_(uint64 amountGwei) private {
        // What is credited is somebody's deposit.
        channels.fundChannel(channelKey(model, 0), amountGwei + 1);
        Credit[] memory credits = new Credit[](1);
        credits[0] = Credit.wrap((uint256(ModelId.unwrap(model)) << 112) | (uint256(unit) << 96) | amountGwei);
        vm.prank(address(settlement));
        earnings.creditMany(credits);
    }
}
