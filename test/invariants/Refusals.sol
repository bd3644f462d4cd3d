// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBonds} from "../../contracts/interfaces/IBonds.sol";
import {IChannels} from "../../contracts/interfaces/IChannels.sol";
import {IClock} from "../../contracts/interfaces/IClock.sol";
import {ICourt} from "../../contracts/interfaces/ICourt.sol";
import {IEarnings} from "../../contracts/interfaces/IEarnings.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {IModels} from "../../contracts/interfaces/IModels.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {Records} from "../../contracts/libraries/Records.sol";

/// @notice The errors with which the contracts refuse what players of the game try wrongly. A panic, a revert without a reason, or a transfer that
/// lacks money is none of them.
library Refusals {
    function isExpected(bytes4 selector) internal pure returns (bool) {
        return
            isOfMoney(selector) ||
            isOfCourt(selector) ||
            selector == IClock.Clock_PausedTooLong.selector ||
            selector == IClock.Clock_Paused.selector ||
            selector == ISettlement.Settlement_WindowOpen.selector ||
            selector == ISettlement.Settlement_PageAhead.selector ||
            selector == ISettlement.Settlement_OtherProgress.selector ||
            selector == ISettlement.Settlement_OtherBatch.selector;
    }

    function isOfMoney(bytes4 selector) private pure returns (bool) {
        return
            selector == IChannels.Channels_NotCovered.selector ||
            selector == IChannels.Channels_NoPayer.selector ||
            selector == IChannels.Channels_ZeroAmount.selector ||
            selector == IChannels.Channels_BadVoucher.selector ||
            selector == IChannels.Channels_NothingProposed.selector ||
            selector == IChannels.Channels_LeavesLater.selector ||
            selector == IChannels.Channels_NothingLeaving.selector ||
            selector == IChannels.Channels_RequestExpired.selector ||
            selector == IEarnings.Earnings_NothingToClaim.selector ||
            selector == IBonds.Bonds_TooSmall.selector ||
            selector == IBonds.Bonds_NothingLeaving.selector ||
            selector == IBonds.Bonds_LeavesLater.selector ||
            selector == IBonds.Bonds_RequestExpired.selector ||
            selector == IBonds.Bonds_NothingToBurn.selector ||
            selector == IBonds.Bonds_RuleOutOfRange.selector ||
            selector == ILedger.Ledger_TermsOutOfRange.selector;
    }

    function isOfCourt(bytes4 selector) private pure returns (bool) {
        return
            selector == IModels.Models_Struck.selector ||
            selector == IModels.Models_UnknownUnit.selector ||
            selector == ILedger.Ledger_WindowOver.selector ||
            selector == Records.Records_NotRecorded.selector ||
            selector == ICourt.Court_ReceiptKept.selector ||
            selector == ICourt.Court_BadReceipt.selector ||
            selector == ICourt.Court_AlreadyDemanded.selector ||
            selector == ICourt.Court_NotDemanded.selector ||
            selector == ICourt.Court_DemandOver.selector ||
            selector == ICourt.Court_DemandOpen.selector ||
            selector == ICourt.Court_UnknownAppeal.selector ||
            selector == ICourt.Court_AppealOver.selector ||
            selector == ICourt.Court_AppealOpen.selector;
    }
}
