// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {IBonds} from "../../../contracts/interfaces/IBonds.sol";
import {AccountId, bondOf} from "../../../contracts/types/Ids.sol";
import {IndexProof, RecordProof} from "../../../contracts/types/Records.sol";
import {Courtroom} from "./Courtroom.sol";
import {PlainRecord} from "./RecordsHarness.sol";
import {PlainEntry} from "./ScoringHarness.sol";

/// @notice A true record to make false ones of, and what the proof of a false one does.
abstract contract FalseRecords is Courtroom {
    bytes32 internal constant SALT = keccak256("salt");
    bytes32 private constant QUERY = keccak256("query");

    PlainRecord internal truth;
    bytes internal before;

    function setUp() public override {
        super.setUp();
        PlainRecord memory plain = honest(QUERY);
        (truth.commitment, truth.payer, truth.feeGwei, truth.sketch) = (
            plain.commitment,
            plain.payer,
            plain.feeGwei,
            plain.sketch
        );
        for (uint256 i = 0; i < plain.rows.length; ++i) truth.rows.push(plain.rows[i]);
        before = books();
    }

    /// @dev Every effect of a proof: what is told, the slashed bond, and all books as before the record.
    function isStruck(bytes memory call, Fault fault) internal {
        uint64 batch = ledger.batchCount();
        uint32 operatorId = AccountId.unwrap(operatorAccount);
        uint64 balance = ledger.bondStateOf(bondOf(operatorAccount)).balanceGwei;
        uint64 cost = MINIMUM_BOND + FEE;
        uint32 challengerId = AccountId.unwrap(challengerAccount);
        announce(challenger, call);

        vm.expectEmit(address(court));
        emit ICourt.RecordStruck(batch, 0, challengerId, fault);
        vm.expectEmit(address(ledger));
        emit IBonds.RecordVoided(batch, 0, truth.payer, FEE);
        vm.expectEmit(address(ledger));
        emit IBonds.BondSlashed(operatorId, challengerId, cost, cost / 2, balance - cost);
        sendAnnounced(call);

        vm.assertEq(ledger.bondStateOf(bondOf(operatorAccount)).balanceGwei, balance - cost);
        vm.assertEq(ledger.claim(challengerAccount), cost / 2);
        vm.assertEq(books(), before);
    }

    function weightsCall(RecordProof memory call, IndexProof memory shown) internal view returns (bytes memory) {
        return abi.encodeCall(court.proveWrongWeights, (SALT, call, shown));
    }

    /// @dev The row that the truth does not list and that counts for most, or the first that counts for nothing.
    function unlisted(uint64 atLeast) internal view returns (uint32 row, uint64 score) {
        PlainEntry[] memory entries = honestIndex();
        for (uint256 i = 0; i < entries.length; ++i) {
            uint64 found = scorer.score(truth.sketch, entries[i].sketch);
            if (isListed(truth, entries[i].row)) continue;
            if (atLeast == 0 && found == 0) return (entries[i].row, 0);
            if (atLeast != 0 && found > score) (row, score) = (entries[i].row, found);
        }
    }

    function scoreOf(uint32 row) internal view returns (uint64) {
        PlainEntry[] memory entries = honestIndex();
        for (uint256 i = 0; i < entries.length; ++i) {
            if (entries[i].row == row) return scorer.score(truth.sketch, entries[i].sketch);
        }
        return 0;
    }

    function isListed(PlainRecord memory plain, uint32 row) internal pure returns (bool) {
        for (uint256 i = 0; i < plain.rows.length; ++i) {
            if (plain.rows[i].row == row) return true;
        }
        return false;
    }
}
