// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {IClock} from "../../contracts/interfaces/IClock.sol";
import {ICommitments} from "../../contracts/interfaces/ICommitments.sol";
import {ICourt, Receipt} from "../../contracts/interfaces/ICourt.sol";
import {IDatasets} from "../../contracts/interfaces/IDatasets.sol";
import {
    Benchmark,
    IEvaluations,
    Measurement,
    Production,
    QuantisationLoss,
    Score
} from "../../contracts/interfaces/IEvaluations.sol";
import {IFineTunes} from "../../contracts/interfaces/IFineTunes.sol";
import {IModels} from "../../contracts/interfaces/IModels.sol";
import {AccountId, BatchId, bondOf, ContributionId, DatasetId, ModelId} from "../../contracts/types/Ids.sol";
import {Record, RecordProof} from "../../contracts/types/Records.sol";
import {CourtMarket} from "./harness/CourtMarket.sol";
import {Journals} from "./harness/Journals.sol";
import {World} from "./harness/World.sol";

/// @notice Everything that can happen outside of the money core happens once, and every journal has taken in each of it.
contract JournalReplaysTest is CourtMarket, Journals {
    function setUp() public override(CourtMarket, World) {
        super.setUp();
    }

    function test_WhenAllOfItHappens_EveryJournalIsTheChainOfItsLogs() public {
        watch();
        moveAccounts();
        moveDatasets();
        moveModels();
        evaluate();
        demandRecords();
        appeal();
        clock.pause();
        clock.resume();
        expectReplayed();
        expectAll();
    }

    function moveAccounts() private {
        AccountId account = openAccount("mover");
        vm.prank(named("mover"));
        accounts.proposePayout(account, named("moved"));
        vm.startPrank(named("moved"));
        accounts.acceptPayout(account);
        accounts.actAs(account);
        vm.stopPrank();
    }

    function moveDatasets() private {
        vm.startPrank(named("curator"));
        DatasetId other = datasets.register(datasetTerms());
        datasets.proposeCurator(other, named("moved"));
        vm.stopPrank();
        vm.startPrank(named("moved"));
        datasets.acceptCuration(other);
        ContributionId[] memory made = new ContributionId[](1);
        for (uint256 i = 0; i < 3; ++i) {
            made[0] = datasets.contribute(other, keccak256("terms"), keccak256(abi.encode("more", i)), 20);
            if (i == 0) datasets.reject(made[0]);
            else datasets.accept(made);
        }
        datasets.withdrawConsent(made[0]);
        datasets.freeze(other);
        vm.stopPrank();
    }

    function moveModels() private {
        vm.prank(named("base owner"));
        models.registerBase(baseModel(0));
        models.setTerms(modelTerms());
        ModelId second = serve(fineTune(), page());
        vm.prank(address(unitCourt));
        models.strike(second, 1);
    }

    function evaluate() private {
        uint256 place = recordOne(0, UNITS, 1);
        BatchId batch = recorded[place].header.batch;
        Measurement memory measured = Measurement({
            metric: "acc",
            datasetHash: keccak256("samples"),
            score: Score({value: 5, low: 4, high: 6}),
            sampleCount: 10,
            resultsHash: keccak256("results"),
            resultsURI: "ipfs://results"
        });
        RecordProof memory proof = proofOf(place, 0);
        vm.startPrank(named(payerName(0)));
        evaluations.recordBenchmark(model, Benchmark(measured, "task", "1", 0));
        evaluations.recordProduction(model, Production(measured, batch, batch), proof.header, proof.header);
        evaluations.recordQuantisationLoss(
            model,
            QuantisationLoss(measured, keccak256("twin"), base, measured.score, 0, 0, 0)
        );
        evaluations.rate(proof, 5);
        vm.stopPrank();
        Record memory promised = promiseOf(0, UNITS, 1);
        promised.feeUnits -= 1;
        prove(address(court), brokenCall(receiptOf(promised), promised, proof, sumOf(place)));
        markGone(place, 0);
        evaluations.dropRating(proofOf(place, 0));
    }

    function demandRecords() private {
        for (uint256 i = 0; i < 2; ++i) {
            Record memory promised = promiseOf(1, UNITS, 20 + i);
            Receipt memory receipt = receiptOf(promised);
            uint256 place = i == 0 ? recordOne(1, UNITS, 20) : 0;
            passPromise(receipt);
            prove(address(court), demandCall(receipt, promised));
            if (i == 0) {
                RecordProof memory proof = proofOf(place, 0);
                vm.prank(operator);
                court.showRecord(proof);
            } else {
                pass(DEMAND);
                court.closeRecordDemand(receipt.recordHash);
            }
        }
        vm.prank(operator);
        court.setReceiptKey(named("another key"));
    }

    function appeal() private {
        uint256 place = recordOne(2, UNITS, 30);
        RecordProof memory proof = proofOf(place, 0);
        bytes memory sum = sumOf(place);
        vm.startPrank(challenger);
        court.appealRecord(proof, sum, 0, "");
        court.appealUnit(model, 0, 0, "");
        vm.stopPrank();
        vm.prank(arbiter);
        court.rule(1, true, 0, "");
        pass(RULING);
        court.lapse(2);
        court.setTerms(courtTerms());
        vm.prank(address(manager));
        court.setAuthority(address(token));
    }

    function expectAll() private view {
        told(address(accounts), IAccounts.AccountOpened.selector, IAccounts.PayoutProposed.selector);
        told(address(accounts), IAccounts.PayoutRotated.selector, IAccounts.ActingAs.selector);
        told(address(clock), IClock.Paused.selector, IClock.Resumed.selector);
        told(address(datasets), IDatasets.DatasetRegistered.selector, IDatasets.CuratorProposed.selector);
        told(address(datasets), IDatasets.CuratorChanged.selector, IDatasets.ContributionSubmitted.selector);
        told(address(datasets), IDatasets.ContributionAccepted.selector, IDatasets.ContributionRejected.selector);
        told(address(datasets), IDatasets.ConsentWithdrawn.selector, IDatasets.VersionFrozen.selector);
        told(address(models), IModels.BaseModelRegistered.selector, IModels.FineTuneEntered.selector);
        told(address(models), IModels.ModelActivated.selector, IModels.OperatorSet.selector);
        told(address(models), IModels.UnitStruck.selector, IModels.ModelTermsSet.selector);
        told(address(fineTunes), IFineTunes.FineTuneBegun.selector, IFineTunes.UnitsRegistered.selector);
        expectTold(address(fineTunes), IFineTunes.FineTuneRegistered.selector);
        told(address(evaluations), IEvaluations.BenchmarkRecorded.selector, IEvaluations.ProductionRecorded.selector);
        told(address(evaluations), IEvaluations.InferenceRated.selector, IEvaluations.RatingDropped.selector);
        expectTold(address(evaluations), IEvaluations.QuantisationLossRecorded.selector);
        told(address(court), ICommitments.ChallengeCommitted.selector, ICourt.ReceiptKeySet.selector);
        told(address(court), ICourt.ReceiptBroken.selector, ICourt.ReceiptDemanded.selector);
        told(address(court), ICourt.RecordShown.selector, ICourt.ReceiptUnrecorded.selector);
        told(address(court), ICourt.RecordAppealed.selector, ICourt.UnitAppealed.selector);
        told(address(court), ICourt.AppealRuled.selector, ICourt.AppealLapsed.selector);
        told(address(court), ICourt.CourtTermsSet.selector, IAccessManaged.AuthorityUpdated.selector);
    }

    function told(address writer, bytes32 first, bytes32 second) private view {
        expectTold(writer, first);
        expectTold(writer, second);
    }
}
