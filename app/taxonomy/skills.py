"""Skills that programs teach and firms ask for, with other words for them.

They are suggestions: a program may name any other. Skills are names of tools and trades, kept in English as people
write them; what is typed stays as typed.
"""

from __future__ import annotations

_BY_FIELD = {
    "Chips": """
VLSI design: very large scale integration, chip design, ic design
RTL design: verilog, vhdl, systemverilog, register transfer level
Design verification: uvm, functional verification, dv engineer
Physical design: place and route, floorplanning, backend design
Design for test: dft, scan insertion, atpg
Static timing analysis: sta, timing closure
Analog layout: custom layout, mask layout
Analog and mixed-signal design: ams design, analog circuit design
RF design: radio frequency design, rfic
FPGA design: fpga prototyping, field programmable gate array
Post-silicon validation: silicon bring-up, chip validation
EDA tools: cadence, synopsys, electronic design automation
Embedded software: firmware, embedded c, bare metal
Computer architecture: risc-v, processor design, microarchitecture
Wafer fabrication: fab operations, process engineering, wafer processing
Photolithography: lithography, litho
Etching: plasma etch, dry etch, wet etch
Thin-film deposition: cvd, pvd, ald, sputtering
Chemical mechanical polishing: cmp, planarization
Ion implantation: implant, doping
Cleanroom practice: clean room protocol, gowning, contamination control
Process integration: semiconductor process flow
Yield engineering: yield analysis, defect analysis
Failure analysis: fa lab, root cause analysis of chips
Metrology: process metrology, sem, ellipsometry
Wire bonding: gold wire bond, copper wire bond
Flip-chip assembly: flip chip, bumping
Die attach: die bonding
Wafer dicing: wafer saw, singulation
Advanced packaging: chiplets, 2.5d packaging, wafer level packaging
Chip test: ate, automatic test equipment, semiconductor test
Burn-in and reliability test: burn-in, htol, reliability engineering
Test program development: tester programming, teradyne, advantest
Equipment maintenance (chip plants): fab technician, tool maintenance, vacuum systems
Ultrapure water systems: upw operation
Specialty gas handling: gas safety, bulk gas
Power semiconductors: sic devices, gan devices, igbt
MEMS process: microelectromechanical systems
Photonics: silicon photonics, optoelectronics
""",
    "Electronics": """
PCB design: printed circuit board, altium, board layout
PCB assembly: smt, surface mount, pcba
Soldering: ipc-a-610, hand soldering, rework
Electronics testing: in-circuit test, functional test
Electronics repair: mobile phone repair, field technician
Power electronics: converters, inverters, motor drives
Signal processing: dsp, digital signal processing
Control systems: pid control, control engineering
Industrial instrumentation: sensors and transmitters, calibration
Antenna design: rf antenna, antenna measurement
Optical fiber splicing: fiber technician, ofc splicer
5G network operation: telecom technician, cell site, tower technician
Internet of things: iot, connected devices, iot analyst
Wiring harness assembly: cable assembly
EMC testing: electromagnetic compatibility
""",
    "Manufacturing": """
CNC machining: cnc operator, milling, turning, 5-axis
CNC programming: cam, g-code
Welding: tig welding, mig welding, welder
Sheet-metal work: fabrication, press brake, laser cutting
Tool and die making: tooling, mold maker
3D printing: additive manufacturing, laser sintering
CAD: computer aided design, solidworks, autocad, catia
Finite element analysis: fea, ansys, simulation
Industrial robotics: robot programming, robot operator, cobot
PLC programming: programmable logic controller, scada, industrial automation
Mechatronics: mechatronic technician, electromechanical
Machine vision: visual inspection
Predictive maintenance: condition monitoring, vibration analysis
Maintenance fitting: fitter, millwright, mechanic
Quality control: inspection, quality assurance, qa qc
Six Sigma: lean six sigma, green belt, black belt
Lean production: lean manufacturing, kaizen, 5s
Statistical process control: spc, minitab
Non-destructive testing: ndt, ultrasonic testing, radiography
Dimensional metrology: cmm, coordinate measuring
Production planning: mrp, scheduling
Supply chain management: procurement, inventory control, scm
Warehouse operation: forklift, logistics associate
Injection molding: plastics processing, moulding
Casting and forging: foundry, forge
Heat treatment: annealing, hardening
Surface treatment: electroplating, anodizing, coating
Composite layup: carbon fiber, composites technician
Battery cell production: lithium ion cell, electrode coating
Battery pack assembly: bms, battery technician
Industrial safety: ehs, occupational safety, osha
Hydraulics and pneumatics: fluid power
""",
    "Energy and environment": """
Solar installation: solar pv installer, suryamitra, rooftop solar
Solar plant operation: pv maintenance, o and m solar
Wind turbine service: wind technician
Electrical wiring: electrician, house wiring
High-voltage work: substation, switchgear, lineman
Energy audit: energy efficiency, energy management
Electric vehicle service: ev technician, ev repair
EV charging installation: charger installation, evse
Hydrogen safety: hydrogen handling, electrolyzer operation
HVAC: refrigeration, air conditioning technician
Water treatment: water plant operator, wastewater
Waste management: recycling, e-waste handling
Environmental monitoring: air quality, sampling
Carbon accounting: ghg inventory, carbon footprint
ESG reporting: sustainability reporting, brsr
Green building: leed, griha
Smart grid operation: smart meter, grid technician
""",
    "Software": """
Python: python programming
Java: java programming, spring boot
C and C++: c programming, c++
JavaScript: typescript, node.js, react, frontend
Web development: full stack, backend, html css
Mobile app development: android, ios, flutter
Databases: sql, postgresql, mysql
Cloud computing: aws, azure, gcp, cloud architect
DevOps: ci cd, docker, kubernetes, site reliability
Software testing: test automation, selenium, qa engineer
Software architecture: system design, microservices
Agile project work: scrum, scrum master
UX design: ui design, user experience, figma
Linux administration: system administration, sysadmin
Computer networking: ccna, routing and switching, network engineer
Enterprise resource planning: sap, oracle erp
Robotic process automation: rpa, uipath
Low-code development: no code, power platform
Blockchain development: smart contracts, solidity
Game development: unity, unreal
Augmented and virtual reality: ar vr, xr
Technical writing: documentation
""",
    "Data and AI": """
Data analysis: data analytics, excel, power bi, tableau
Data engineering: etl, spark, data pipelines
Data science: statistics, statistical modeling
Machine learning: ml, scikit-learn, ml engineer
Deep learning: neural networks, pytorch, tensorflow
Natural language processing: nlp, text mining
Computer vision: image processing, opencv
Generative AI: llm, prompt engineering, genai
Machine learning operations: mlops, model deployment
AI ethics and safety: responsible ai, ai governance
Data annotation: data labeling, labelling
Geospatial analysis: gis, remote sensing, qgis
Quantum computing: qiskit, quantum programming
High-performance computing: hpc, parallel programming, cuda
""",
    "Security": """
Cybersecurity: information security, cyber security analyst
Network security: firewall, intrusion detection
Penetration testing: ethical hacking, red team, ceh
Security operations: soc analyst, siem, incident response
Digital forensics: cyber forensics
Cryptography: encryption, post-quantum cryptography
Identity management: iam
Data protection: privacy officer, dpdp, gdpr
Security of industrial plants: ot security, ics security
Secure coding: application security, appsec
""",
    "Life sciences": """
Laboratory technique: lab technician, wet lab
Molecular biology: pcr, cloning
Cell culture: tissue culture
Fermentation: bioprocess, bioreactor
Bioinformatics: genomics analysis, computational biology
Clinical research: clinical trials, cro, gcp practice
Pharmacovigilance: drug safety
Good manufacturing practice: gmp, cgmp
Pharmaceutical production: tablet manufacturing, formulation
Quality of medical devices: iso 13485, medical device qa
Biomedical equipment service: biomedical technician
Medical coding: icd, health information
Regulatory affairs: fda submission, drug registration
Nursing: nurse, general duty assistant
Phlebotomy: blood collection, medical lab assistant
Telemedicine support: digital health worker
""",
    "Space and drones": """
Drone piloting: uav pilot, remote pilot, dgca drone
Drone assembly and repair: uav technician
Drone surveying: photogrammetry, aerial mapping
Satellite assembly: spacecraft integration, ait
Satellite data analysis: earth observation
Avionics: aircraft electronics
Aircraft maintenance: ame, aircraft mechanic, airframe
Propulsion: rocket engines, turbines
Flight dynamics: orbital mechanics, guidance and navigation
Autonomous systems: ros, slam, robotics software
""",
    "Food and farming": """
Precision farming: smart agriculture, sensor based farming
Hydroponics: soilless farming, vertical farming
Food processing: food technology, food preservation
Food safety: haccp, fssai, iso 22000
Dairy processing: dairy technician
Organic farming: natural farming
Aquaculture: fish farming
Cold chain operation: cold storage
Farm machinery service: tractor mechanic
Agronomy: crop science, soil science
""",
    "Travel and hospitality": """
Hotel operation: front office, hospitality management
Housekeeping: room attendant
Culinary arts: chef, cooking, commis
Tour guiding: tourist guide, heritage guide
Travel consulting: travel agent, ticketing, gds
Event management: mice, conference organization
Food and beverage service: steward, restaurant service
Sustainable tourism: ecotourism, responsible travel
Airline cabin service: cabin crew, ground staff
""",
    "Business": """
Entrepreneurship: startup founder, venture building
Business planning: business model, business plan
Financial modeling: valuation, financial analysis
Accounting: bookkeeping, tally, gst filing
Fundraising: investor relations, pitching
Venture capital practice: due diligence, deal sourcing
Sales: b2b sales, business development
Digital marketing: seo, social media marketing
Product management: product owner, product manager
Project management: pmp, prince2
Export and import: foreign trade, export documentation, customs
Intellectual property: patents, ip law, trademarks
Standards and certification: bis, iso audit, conformity assessment
Export control: scomet, ear, itar compliance
Public procurement: gem portal, government tenders
Human resources: recruitment, hr management
Customer service: bpo, call center, customer support
English communication: spoken english, business english
Leadership: management training, supervisory skills
Train the trainer: trainer certification, pedagogy
Career guidance: counselling, placement support
Negotiation: contract negotiation
Supply contracts: contract management, purchasing
""",
}


def _parsed(text: str) -> dict[str, tuple[str, ...]]:
    lines = (line.partition(":") for line in text.strip().splitlines())
    return {name: tuple(word.strip() for word in other.split(",")) for name, _colon, other in lines}


# Skill → other words for it.
SKILLS: dict[str, tuple[str, ...]] = {
    name: others for text in _BY_FIELD.values() for name, others in _parsed(text).items()
}
