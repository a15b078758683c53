"""Phrases of the corridor's fields that mean much the same thing, so that a need meets an offer in other words."""

from __future__ import annotations

_TEXT = """
chip packaging and test: osat|atmp|packaging test|packaging and testing|chip packaging|semiconductor packaging|advanced packaging|wire bonding|flip chip|chip assembly|wafer probing|burn-in test|chiplet packaging|package assembly
chip design: vlsi|asic design|rtl|fabless|physical design|design verification|tape-out|tapeout|chip design|soc design|eda tools|ic design
chip fabrication: wafer fab|wafer fabrication|foundry|semiconductor fab|lithography|epitaxy|chip fabrication|semiconductor manufacturing
clean room: cleanroom|clean room|contamination control
process gases and chemicals: process gases|specialty gases|photoresist|high purity chemicals|ultra pure water|wet chemicals
electronics assembly: pcb assembly|printed circuit board|printed circuit boards|electronics manufacturing|smt line|ems provider|contract electronics
battery cells: battery|batteries|lithium-ion|lithium ion|battery pack|battery packs|battery cells|energy storage|bess|solid-state battery
solar power: solar|photovoltaic|photovoltaics|solar module|solar modules|pv modules|rooftop solar
wind power: wind energy|wind turbine|wind turbines|wind power
electric vehicles: electric vehicle|electric vehicles|ev charging|charging station|charging stations|e-mobility|electric mobility
hydrogen: hydrogen|electrolyzer|electrolyzers|electrolyser|electrolysers|fuel cell|fuel cells
power grid: smart grid|microgrid|grid integration|demand response|power electronics|inverter|inverters
biofuel: biogas|biofuel|biofuels|biomass|ethanol|compressed biogas
water treatment: water treatment|wastewater|waste water|desalination|water purification|effluent treatment
waste and recycling: recycling|waste management|e-waste|circular economy|battery recycling
carbon: carbon capture|carbon accounting|decarbonization|emission monitoring|carbon credits
machine learning: machine learning|artificial intelligence|deep learning|neural network|neural networks|generative ai|ai models|data science
computer vision: computer vision|image recognition|machine vision|visual inspection|optical inspection
language technology: natural language processing|nlp|speech recognition|machine translation|chatbot|chatbots|voice assistant
cyber security: cybersecurity|cyber security|penetration testing|threat detection|network security|encryption|information security
cloud software: cloud migration|saas|cloud computing|devops|kubernetes|cloud infrastructure
software testing: software testing|test automation|quality assurance software
software engineering: software development|web development|mobile app development|full stack|software engineers|coding bootcamp
data analysis: data analytics|business intelligence|predictive analytics|big data|data engineering
internet of things: iot|internet of things|connected sensors|remote monitoring|industrial sensors
robotics: robotics|robot|robots|industrial automation|cobots|warehouse automation|factory automation
additive manufacturing: 3d printing|additive manufacturing|laser sintering
precision machining: cnc|precision machining|precision engineering|cnc machining|machined parts|tool and die
metal fabrication: welding|welder|sheet metal|metal fabrication|casting and forging|castings|forgings
composite materials: composites|carbon fiber|carbon fibre|composite materials|graphene|nanomaterials
drones: drone|drones|uav|uavs|unmanned aerial|unmanned aircraft
satellites: satellite|satellites|earth observation|remote sensing|launch vehicle|small satellites|cubesat
aerospace parts: aerospace components|aircraft parts|avionics|airframe|mro services
mobile networks: 5g|6g|open ran|wireless network|telecom network|small cells|broadband network
photonics: photonics|optical fiber|optical fibre|laser diode|lidar|silicon photonics
quantum technology: quantum computing|quantum sensing|quantum communication|qubit|qubits
clinical trials: clinical trial|clinical trials|cro services|contract research|clinical research
drug discovery: drug discovery|drug development|small molecule|therapeutics|medicinal chemistry|lead optimization
biologics: biologics|biosimilar|biosimilars|cell therapy|gene therapy|vaccine|vaccines|biomanufacturing|monoclonal antibodies
genomics: genomics|gene sequencing|bioinformatics|dna sequencing|gene editing|crispr
medical devices: medical device|medical devices|medtech|surgical|implant|implants
diagnostics: diagnostics|diagnostic|point-of-care|pathology|biomarker|biomarkers|rapid test kits
digital health: telemedicine|telehealth|digital health|electronic health records|remote patient monitoring|mhealth
payments: payments|payment gateway|digital payments|upi|mobile payments|remittance
lending: lending|loans|credit scoring|microfinance|working capital finance
insurance: insurance|insurtech|claims processing
investing and wealth: wealth management|investment advisory|stock trading|personal finance|mutual funds
blockchain: blockchain|cryptocurrency|crypto|bitcoin|web3|distributed ledger
farming technology: agritech|agtech|precision agriculture|precision farming|smart farming|crop monitoring|soil testing|irrigation
food processing: food processing|packaged food|dairy|nutraceuticals|plant-based|alternative protein
cold chain: cold chain|cold storage|refrigerated transport
logistics: logistics|freight|last mile delivery|warehousing|fleet management|supply chain visibility|trucking
online retail: ecommerce|e-commerce|online shopping|online store|d2c brand|online marketplace
advertising: advertising|digital marketing|ad network|adtech|marketing automation|search engine marketing
human resources: recruiting|recruitment|hiring|talent acquisition|payroll|human resources
education technology: edtech|e-learning|elearning|online learning|tutoring|test preparation|learning management
property: real estate|proptech|property management|home rentals
travel and hotels: travel booking|hotel booking|tourism|hospitality|airline tickets
gaming: video games|mobile games|gaming|esports|game development
skilled technicians: technician|technicians|skilled workers|apprentices|apprenticeship|vocational training|skilled operators|shop floor workers
electrical trades: electrician|electricians|wireman|electrical wiring|electrical maintenance
vehicle mechanics: mechanic|mechanics|automotive technician|diesel engine repair|motor vehicle mechanic
market entry: distributor|distributors|channel partner|channel partners|distribution network|market entry|go-to-market|sales network|resellers|dealer network
pilot sites: pilot customer|pilot customers|pilot site|pilot sites|proof of concept|testbed|test bed|field trials|field trial|pilot plant
regulatory approval: fda approval|fda clearance|regulatory approval|regulatory affairs|bis certification|ce marking|certification support|compliance testing
contract manufacturing: contract manufacturing|contract manufacturer|manufacturing partner|manufacturing partners|toll manufacturing|white label manufacturing
funding: seed funding|seed capital|growth capital|raise capital|venture capital|series a funding|bridge round
""".strip()

CONCEPTS: dict[str, tuple[str, ...]] = {
    name: tuple(phrases.split("|"))
    for name, _, phrases in (line.partition(": ") for line in _TEXT.splitlines())
}
