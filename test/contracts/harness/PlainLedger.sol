// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedger, Tab} from "../../../contracts/interfaces/ILedger.sol";
import {Royalty, ServingTerms} from "../../../contracts/interfaces/IModels.sol";
import {AccountId} from "../../../contracts/types/Ids.sol";

/// @notice What recording a batch should do, written for nothing but clarity: byte by byte, one record after the other, with
/// mappings. `Ledger.recordBatch` is held to it, refusals included.
contract PlainLedger {
    struct Rules {
        ServingTerms terms;
        AccountId operator;
        AccountId treasury;
        uint16 treasuryBps;
        uint32 accountCount;
    }

    uint256 public count;
    uint256 public feesGwei;
    bytes32 public root;
    mapping(uint256 account => uint256 amountGwei) public credits;
    mapping(uint256 payer => Tab) private _tabs;
    mapping(uint256 account => bool) private _isCredited;
    mapping(uint256 payer => bool) private _isCharged;
    uint256 private _credited;
    uint256 private _charged;
    bytes32[] private _leaves;

    function setTab(AccountId payer, Tab calldata tab) external {
        _tabs[AccountId.unwrap(payer)] = tab;
    }

    function balanceOf(AccountId payer) external view returns (uint64) {
        return _tabs[AccountId.unwrap(payer)].balanceGwei;
    }

    function recordBatch(Rules calldata rules, bytes calldata records) external {
        require(records.length != 0, ILedger.Ledger_EmptyBatch());
        uint256 from = 0;
        while (from < records.length) {
            uint256 next = _recordOne(rules, records, from);
            _leaves.push(keccak256(abi.encodePacked(count, keccak256(records[from:next]))));
            from = next;
            ++count;
        }
        require(count <= 1_024, ILedger.Ledger_TooManyRecords(count, 1_024));
        _mark(AccountId.unwrap(rules.operator));
        _mark(AccountId.unwrap(rules.terms.owner));
        for (uint256 i = 0; i < rules.terms.royalties.length; ++i) {
            _mark(AccountId.unwrap(rules.terms.royalties[i].account));
        }
        _requireRoom(_credited);
        root = _rootOf(_leaves);
    }

    function _recordOne(Rules calldata rules, bytes calldata records, uint256 from) private returns (uint256 next) {
        require(records.length >= from + 45, ILedger.Ledger_RecordTruncated(count, from));
        uint256 rows = uint8(records[from + 44]);
        require(rows <= rules.terms.topK, ILedger.Ledger_TooManyRows(count, rows, rules.terms.topK));
        next = from + 45 + 10 * rows + rules.terms.dims / 2;
        require(records.length >= next, ILedger.Ledger_RecordTruncated(count, from));

        uint256 feeGwei = uint64(bytes8(records[from + 36:from + 44]));
        _charge(rules, uint32(bytes4(records[from + 32:from + 36])), feeGwei);
        uint256 givenGwei = _creditRows(rules, records[from + 45:from + 45 + 10 * rows], feeGwei);
        _requireCodes(records[from + 45 + 10 * rows:next]);
        _share(rules, feeGwei, givenGwei);
    }

    function _charge(Rules calldata rules, uint32 payer, uint256 feeGwei) private {
        require(payer != 0 && payer <= rules.accountCount, ILedger.Ledger_UnknownAccount(count, AccountId.wrap(payer)));
        if (!_isCharged[payer]) ++_charged;
        _isCharged[payer] = true;
        _requireRoom(_charged);
        Tab storage tab = _tabs[payer];
        require(
            feeGwei <= tab.maxFeeGwei,
            ILedger.Ledger_FeeAboveCap(count, AccountId.wrap(payer), feeGwei, tab.maxFeeGwei)
        );
        require(
            feeGwei <= tab.balanceGwei,
            ILedger.Ledger_TabTooSmall(count, AccountId.wrap(payer), feeGwei, tab.balanceGwei)
        );
        tab.balanceGwei -= uint64(feeGwei);
        feesGwei += feeGwei;
    }

    function _creditRows(Rules calldata rules, bytes calldata rows, uint256 feeGwei) private returns (uint256 given) {
        uint256 poolGwei = (feeGwei * rules.terms.contributorBps) / 10_000;
        uint256 sum = 0;
        uint256 previous = 65_535;
        for (uint256 i = 0; i < rows.length; i += 10) {
            uint32 row = uint32(bytes4(rows[i:i + 4]));
            uint32 account = uint32(bytes4(rows[i + 4:i + 8]));
            uint16 weight = uint16(bytes2(rows[i + 8:i + 10]));
            require(row < rules.terms.rowCount, ILedger.Ledger_RowOutOfRange(count, row, rules.terms.rowCount));
            for (uint256 j = 0; j < i; j += 10) {
                require(uint32(bytes4(rows[j:j + 4])) != row, ILedger.Ledger_RowRepeated(count, row));
            }
            require(
                account != 0 && account <= rules.accountCount,
                ILedger.Ledger_UnknownAccount(count, AccountId.wrap(account))
            );
            require(weight <= previous, ILedger.Ledger_WeightsUnsorted(count));
            previous = weight;
            sum += weight;

            _mark(account);
            credits[account] += (poolGwei * weight) / 65_535;
            given += (poolGwei * weight) / 65_535;
        }
        require(rows.length == 0 || sum == 65_535, ILedger.Ledger_WeightsDoNotSum(count, sum));
        _requireRoom(_credited);
    }

    function _share(Rules calldata rules, uint256 feeGwei, uint256 givenGwei) private {
        uint256 ownerBps = 10_000 - rules.terms.contributorBps - rules.terms.operatorBps - rules.treasuryBps;
        for (uint256 i = 0; i < rules.terms.royalties.length; ++i) {
            Royalty calldata royalty = rules.terms.royalties[i];
            givenGwei += _give(royalty.account, (feeGwei * royalty.bps) / 10_000);
            ownerBps -= royalty.bps;
        }
        givenGwei += _give(rules.operator, (feeGwei * rules.terms.operatorBps) / 10_000);
        givenGwei += _give(rules.terms.owner, (feeGwei * ownerBps) / 10_000);
        _give(rules.treasury, feeGwei - givenGwei);
    }

    function _give(AccountId account, uint256 amountGwei) private returns (uint256) {
        credits[AccountId.unwrap(account)] += amountGwei;
        return amountGwei;
    }

    function _mark(uint256 account) private {
        if (!_isCredited[account]) ++_credited;
        _isCredited[account] = true;
    }

    function _requireRoom(uint256 accounts) private pure {
        require(accounts <= 192, ILedger.Ledger_TooManyAccounts(192));
    }

    function _requireCodes(bytes calldata sketch) private view {
        for (uint256 i = 0; i < sketch.length; ++i) {
            uint8 pair = uint8(sketch[i]);
            require(pair >> 4 != 8 && pair & 0x0f != 8, ILedger.Ledger_CodeOutOfRange(count));
        }
    }

    function _rootOf(bytes32[] memory level) private pure returns (bytes32) {
        while (level.length > 1) {
            bytes32[] memory above = new bytes32[]((level.length + 1) / 2);
            for (uint256 i = 0; i < above.length; ++i) {
                above[i] = 2 * i + 1 < level.length ? _pair(level[2 * i], level[2 * i + 1]) : level[2 * i];
            }
            level = above;
        }
        return level[0];
    }

    function _pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }
}
