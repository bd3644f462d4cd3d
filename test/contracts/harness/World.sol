// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Accounts} from "../../../contracts/Accounts.sol";
import {Bonds} from "../../../contracts/Bonds.sol";
import {Channels} from "../../../contracts/Channels.sol";
import {Clock} from "../../../contracts/Clock.sol";
import {Court} from "../../../contracts/Court.sol";
import {Datasets} from "../../../contracts/Datasets.sol";
import {Earnings} from "../../../contracts/Earnings.sol";
import {Evaluations} from "../../../contracts/Evaluations.sol";
import {FineTunes} from "../../../contracts/FineTunes.sol";
import {BondRule} from "../../../contracts/interfaces/IBonds.sol";
import {CourtTerms} from "../../../contracts/interfaces/ICourt.sol";
import {DatasetTerms} from "../../../contracts/interfaces/IDatasets.sol";
import {LedgerTerms} from "../../../contracts/interfaces/ILedger.sol";
import {BaseModel, ModelTerms} from "../../../contracts/interfaces/IModels.sol";
import {UnitCourtTerms} from "../../../contracts/interfaces/IUnitCourt.sol";
import {Ledger} from "../../../contracts/Ledger.sol";
import {Models} from "../../../contracts/Models.sol";
import {OpenToken} from "../../../contracts/OpenToken.sol";
import {Settlement} from "../../../contracts/Settlement.sol";
import {AccountId} from "../../../contracts/types/Ids.sol";
import {UnitCourt} from "../../../contracts/UnitCourt.sol";
import {Test} from "./Test.sol";

/// @notice Everything deployed, with the test itself as token holder and admin.
abstract contract World is Test {
    uint32 internal constant EPOCH = 1 days;
    uint32 internal constant WINDOW = 2 days;
    uint32 internal constant NOTICE = 2 days;
    uint32 internal constant ACTIVATION = 3 days;
    uint32 internal constant DEMAND = 12 hours;
    uint32 internal constant RULING = 14 days;
    uint16 internal constant TREASURY_BPS = 200;
    uint64 internal constant OPEN = 1e9;
    uint64 internal constant MINIMUM_BOND = 10 * OPEN;

    AccessManager internal manager;
    OpenToken internal token;
    Clock internal clock;
    Accounts internal accounts;
    Datasets internal datasets;
    Models internal models;
    FineTunes internal fineTunes;
    Earnings internal earnings;
    Bonds internal bonds;
    Channels internal channels;
    Ledger internal ledger;
    Settlement internal settlement;
    Court internal court;
    UnitCourt internal unitCourt;
    Evaluations internal evaluations;
    AccountId internal treasury;

    function setUp() public virtual {
        vm.warp(20_000 * uint256(EPOCH));
        vm.roll(1_000);
        manager = new AccessManager(address(this));
        token = new OpenToken(address(this));
        clock = new Clock(token, address(manager));
        accounts = new Accounts(token);
        treasury = accounts.open(named("treasurer"));
        datasets = new Datasets(token, accounts);
        models = new Models(token, accounts, datasets, clock, address(manager), modelTerms());
        fineTunes = new FineTunes(token, models);
        earnings = new Earnings(token, accounts, models, address(manager));
        bonds = new Bonds(token, models, earnings, address(manager), bondRule());
        channels = new Channels(earnings, address(manager), NOTICE);
        ledger = new Ledger(channels, bonds, address(manager), ledgerTerms());
        settlement = new Settlement(ledger, treasury);
        court = new Court(ledger, address(manager), courtTerms());
        unitCourt = new UnitCourt(models, bonds, address(manager), unitCourtTerms());
        evaluations = new Evaluations(ledger);

        models.appoint(address(fineTunes), address(court), address(unitCourt));
        earnings.appoint(address(channels), address(ledger), settlement, address(bonds));
        bonds.appoint(ledger, address(court), address(unitCourt));
        channels.appointLedger(address(ledger));
        ledger.appoint(address(court), address(settlement));
    }

    function modelTerms() internal pure returns (ModelTerms memory) {
        return ModelTerms({activationSeconds: ACTIVATION, noticeSeconds: NOTICE});
    }

    function bondRule() internal pure returns (BondRule memory) {
        return
            BondRule({
                minimumGwei: MINIMUM_BOND,
                perRecordGwei: OPEN / 100,
                ratioBps: 10_000,
                bountyBps: 3_000,
                noticeSeconds: 4 days,
                modelSeconds: 14 days
            });
    }

    function ledgerTerms() internal pure returns (LedgerTerms memory) {
        return LedgerTerms({epochSeconds: EPOCH, windowSeconds: WINDOW, minBookGwei: OPEN, treasuryBps: TREASURY_BPS});
    }

    function courtTerms() internal pure returns (CourtTerms memory) {
        return
            CourtTerms({
                demandFeeGwei: OPEN,
                demandSeconds: DEMAND,
                receiptFees: 10,
                appealStakeGwei: 10 * OPEN,
                rulingSeconds: RULING,
                keyNoticeSeconds: NOTICE
            });
    }

    function unitCourtTerms() internal pure returns (UnitCourtTerms memory) {
        return UnitCourtTerms({demandFeeGwei: OPEN, demandSeconds: DEMAND});
    }

    function datasetTerms() internal pure returns (DatasetTerms memory) {
        return
            DatasetTerms({
                licence: "CC0-1.0",
                termsHash: keccak256("terms"),
                metadataHash: keccak256("card"),
                metadataURI: "ipfs://card"
            });
    }

    function baseModel(uint16 royaltyBps) internal pure returns (BaseModel memory) {
        return
            BaseModel({
                name: "base",
                licence: "Apache-2.0",
                weightsHash: keccak256("weights"),
                weightsURI: "ipfs://weights",
                royaltyBps: royaltyBps
            });
    }

    function openAccount(string memory name) internal returns (AccountId) {
        return accounts.open(named(name));
    }

    /// @dev Lets time pass, and blocks with it.
    function pass(uint256 secondsPassed) internal {
        vm.warp(block.timestamp + secondsPassed);
        vm.roll(block.number + 10);
    }
}
