// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Court} from "../../../contracts/Court.sol";
import {CourtTerms} from "../../../contracts/interfaces/ICourt.sol";
import {AccountId, BatchId, bondOf} from "../../../contracts/types/Ids.sol";
import {RecordProof} from "../../../contracts/types/Records.sol";
import {IndexedMarket} from "./IndexedMarket.sol";
import {encodeRecord} from "./RandomRecords.sol";
import {PlainRecord, PlainRow} from "./RecordsHarness.sol";
import {PlainEntry, ScoringHarness} from "./ScoringHarness.sol";

/// @notice A cheatcode that only tests of announced proofs use.
interface BlocksVm {
    function roll(uint256 blockNumber) external;
}

/// @notice A court over a market with a real influence index, and records that follow from it or not.
abstract contract Courtroom is IndexedMarket {
    uint64 internal constant FEE = 10_001;
    uint64 internal constant DEMAND_FEE = 5_000;
    uint32 internal constant DEMAND_TIME = 6 hours;
    uint64 internal constant APPEAL_STAKE = 3_000_001;
    uint32 internal constant RULING_TIME = 7 days;
    uint64 internal constant ARBITER = 3;

    Court internal court;
    address internal challenger = named("challenger");
    address internal arbiter = named("arbiter");
    AccountId internal challengerAccount;
    ScoringHarness internal scorer;

    function setUp() public virtual override {
        super.setUp();
        scorer = new ScoringHarness();
        court = new Court(ledger, datasets, address(manager), courtTerms());
        ledger.appointCourt(address(court));
        bytes4[] memory ruling = new bytes4[](1);
        ruling[0] = court.rule.selector;
        manager.setTargetFunctionRole(address(court), ruling, ARBITER);
        manager.grantRole(ARBITER, arbiter, 0);
        challengerAccount = openAccount("challenger");
        bondUp(bondOf(challengerAccount), BOND);
    }

    function courtTerms() internal pure returns (CourtTerms memory) {
        return CourtTerms(DEMAND_FEE, DEMAND_TIME, APPEAL_STAKE, RULING_TIME);
    }

    /// @dev The attribution of a query, by the plain rules: best score first, the lower row of equal ones.
    function attributionOf(
        PlainEntry[] memory entries,
        bytes memory query
    ) internal view returns (PlainRow[] memory rows) {
        uint64[] memory scores = new uint64[](entries.length);
        for (uint256 i = 0; i < scores.length; ++i) scores[i] = scorer.score(query, entries[i].sketch);
        uint64[] memory best = new uint64[](TOP_K);
        uint256[] memory places = new uint256[](TOP_K);
        uint256 count = 0;
        for (; count < TOP_K; ++count) {
            for (uint256 i = 0; i < scores.length; ++i) {
                if (scores[i] > best[count]) (best[count], places[count]) = (scores[i], i);
            }
            if (best[count] == 0) break;
            scores[places[count]] = 0;
        }
        assembly ("memory-safe") {
            mstore(best, count)
        }
        uint16[] memory weights = scorer.weights(best);
        rows = new PlainRow[](count);
        for (uint256 i = 0; i < count; ++i) {
            PlainEntry memory entry = entries[places[i]];
            AccountId contributor = datasets.contributionOf(entry.contribution).contributor;
            rows[i] = PlainRow(entry.row, AccountId.unwrap(contributor), weights[i]);
        }
    }

    function honest(bytes32 seed) internal view returns (PlainRecord memory) {
        return honest(honestIndex(), codesOf(seed));
    }

    function honest(PlainEntry[] memory entries, bytes memory query) internal view returns (PlainRecord memory) {
        PlainRow[] memory rows = attributionOf(entries, query);
        return PlainRecord(keccak256("call"), AccountId.unwrap(payers[0]), FEE, rows, query);
    }

    function recordPlain(PlainRecord memory plain) internal returns (RecordProof memory) {
        return recordOne(encodeRecord(plain));
    }

    function rowsOf(PlainRecord memory plain) internal pure returns (uint32[] memory rows) {
        rows = new uint32[](plain.rows.length);
        for (uint256 i = 0; i < rows.length; ++i) rows[i] = plain.rows[i].row;
    }

    function none() internal pure returns (RecordProof[] memory) {
        return new RecordProof[](0);
    }

    function list(RecordProof memory call) internal pure returns (RecordProof[] memory calls) {
        calls = new RecordProof[](1);
        calls[0] = call;
    }

    function announce(address who, bytes memory call) internal {
        vm.prank(who);
        court.commit(keccak256(abi.encode(who, call)));
        pass(2);
    }

    function pass(uint256 blocks) internal {
        BlocksVm(address(vm)).roll(block.number + blocks);
    }

    function send(address who, bytes memory call) internal returns (bool done, bytes memory answer) {
        vm.prank(who);
        return address(court).call(call);
    }

    /// @dev The challenger announces a proof and sends it; what it answers otherwise is the test's failure.
    function prove(bytes memory call) internal {
        announce(challenger, call);
        sendAnnounced(call);
    }

    function sendAnnounced(bytes memory call) internal {
        (bool done, bytes memory reason) = send(challenger, call);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }

    function fails(bytes memory call, bytes memory refusal) internal {
        announce(challenger, call);
        failsAtOnce(call, refusal);
    }

    function failsAtOnce(bytes memory call, bytes memory refusal) internal {
        (bool done, bytes memory reason) = send(challenger, call);
        vm.assertEq(reason, refusal);
        vm.assertFalse(done);
    }

    function isVoided(RecordProof memory call) internal view returns (bool) {
        return ledger.isVoided(call.header.batch, call.index);
    }

    function batchOf(RecordProof memory call) internal pure returns (uint64) {
        return BatchId.unwrap(call.header.batch);
    }
}
